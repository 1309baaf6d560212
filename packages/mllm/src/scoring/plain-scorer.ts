import {
  Graph,
  gather,
  gradients,
  logSoftmax,
  mul,
  neg,
  reshape,
  sum,
  takeLast,
  type TypedArray,
} from '@sea-align/compute';
import type { Embedding } from '../family/medium-geometry.js';
import { declareCausalRows, type CausalRows } from '../layers/causal-rows.js';
import { buildDecoder } from '../layers/decoder.js';
import { roundUp } from '../layers/length-bucket.js';
import { FrozenParameters } from '../layers/parameter-source.js';
import { buildLmHead } from '../layers/word-embeddings.js';
import { buildRowEmbeddings } from '../merge/row-embeddings.js';
import { layoutRows, mediaGroups, mediaKey, type RowShape } from '../merge/row-layout.js';
import type { ModelPieces } from '../model-pieces.js';
import type { MultimodalModel } from '../multimodal-model.js';
import { SessionCache } from '../session-cache.js';
import {
  checkMember,
  checkScorerOptions,
  type PackedMember,
  type PackedScorer,
  type PackedScorerOptions,
  type PackedScores,
} from './control-scores.js';

interface PlainShape extends RowShape {
  targets: number;
}

interface PlainRow {
  member: number;
  branch: number;
  ids: number[];
  embedding: Embedding;
  targetIds: readonly number[];
}

/**
 * The same scores without sharing anything: one causal sequence [prefix | E | prompt | target] per member and branch,
 * vocabulary projection of every token. What packing is measured and proved against.
 */
export async function createPlainScorer(
  model: MultimodalModel,
  options: PackedScorerOptions,
): Promise<PackedScorer> {
  checkScorerOptions(model, options);
  return new PlainScorer(model, options);
}

class PlainScorer implements PackedScorer {
  private readonly sessions: SessionCache;

  constructor(
    private readonly model: MultimodalModel,
    private readonly options: PackedScorerOptions,
  ) {
    this.sessions = new SessionCache(model.engine, model.weights.stored);
  }

  async score(members: readonly PackedMember[]): Promise<PackedScores> {
    const { branches, batchSize, prefixIds } = this.options;
    const rows = members.flatMap((member, at): PlainRow[] => {
      checkMember(this.model, this.options, member);
      const { tokens, placeholderId } = member.embedding.geometry;
      const media = new Array<number>(tokens).fill(placeholderId);
      return member.branches.map(({ promptIds, targetIds }, branch) => ({
        member: at,
        branch,
        ids: [...prefixIds, ...media, ...promptIds, ...targetIds.slice(0, -1)],
        embedding: member.embedding,
        targetIds,
      }));
    });
    const scores: PackedScores = {
      branchNll: members.map(() => new Array<number>(branches).fill(0)),
      gradients: members.map(({ embedding }) => new Float32Array(embedding.values.length)),
    };
    for (const ofOneGeometry of byGeometry(rows)) {
      for (let start = 0; start < ofOneGeometry.length; start += batchSize) {
        await this.scoreBatch(ofOneGeometry.slice(start, start + batchSize), scores);
      }
    }
    return scores;
  }

  async release(): Promise<void> {
    await this.sessions.release();
  }

  private async scoreBatch(batch: readonly PlainRow[], scores: PackedScores): Promise<void> {
    const { batchSize, branches, bucket = 16 } = this.options;
    const shape: PlainShape = {
      rows: batchSize,
      length: roundUp(Math.max(...batch.map(({ ids }) => ids.length)), bucket),
      targets: roundUp(Math.max(...batch.map(({ targetIds }) => targetIds.length)), 8),
      media: mediaGroups(batch, batchSize),
    };
    const outputs = await this.sessions.use(
      `plain ${shape.length} ${shape.targets} ${mediaKey(shape.media)}`,
      () => plainProgram(this.model, shape),
      (session, program) =>
        session.run({
          ...layoutRows(this.model.placeholderIds, batch, shape),
          ...targetFeeds(batch, shape),
          ...program.feeds(batch),
        }),
    );
    const nll = outputs['row_nll'].data as Float32Array;
    const gradients = outputs['gradient'].data as Float32Array;
    const size = gradients.length / batchSize;
    batch.forEach(({ member, branch }, row) => {
      scores.branchNll[member][branch] = nll[row];
      const total = scores.gradients[member];
      for (let at = 0; at < size; at++) total[at] += gradients[row * size + at] / branches;
    });
  }
}

function targetFeeds(
  batch: readonly PlainRow[],
  { rows, length, targets }: PlainShape,
): Record<string, TypedArray> {
  const targetRows = new Int32Array(rows * targets);
  const targetIds = new Int32Array(rows * targets);
  const targetWeights = new Float32Array(rows * targets);
  batch.forEach(({ ids, targetIds: wanted }, row) => {
    wanted.forEach((id, at) => {
      targetRows[row * targets + at] = row * length + ids.length - wanted.length + at;
      targetIds[row * targets + at] = id;
      targetWeights[row * targets + at] = 1;
    });
  });
  return { target_rows: targetRows, target_ids: targetIds, target_weights: targetWeights };
}

/** Rows by the geometry of their medium, so that one batch has one. */
function byGeometry(rows: readonly PlainRow[]): PlainRow[][] {
  const groups = new Map<string, PlainRow[]>();
  for (const row of rows) {
    const { key } = row.embedding.geometry;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

function plainProgram(model: ModelPieces, shape: PlainShape): { graph: Graph; feeds: CausalRows['feeds'] } {
  const { config, weights } = model;
  const { rows, length, targets } = shape;
  const graph = new Graph();
  const source = new FrozenParameters(graph, weights);
  const { inputsEmbeds, embeddings } = buildRowEmbeddings(graph, model, source, shape);
  const { feeds, cos, sin, mask } = declareCausalRows(graph, config, rows, length);
  const decoded = buildDecoder(graph, config, source, { inputsEmbeds, batch: rows, cos, sin, mask });
  const logits = buildLmHead(config, source, decoded.finalNorm);
  const atTargets = gather(logits, graph.input('target_rows', [rows * targets], 'int32'));
  const picked = takeLast(logSoftmax(atTargets), graph.input('target_ids', [rows * targets], 'int32'));
  const weighted = mul(picked, graph.input('target_weights', [rows * targets]));
  const rowNll = neg(sum(reshape(weighted, [rows, targets]), [1]));
  graph.output('row_nll', rowNll);
  const [gradient] = gradients(sum(rowNll), embeddings);
  graph.output('gradient', gradient);
  return { graph, feeds };
}
