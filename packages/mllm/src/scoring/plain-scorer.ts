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
import { embeddingTokens, embeddingWidth } from '../config/llava-config.js';
import { buildDecoder } from '../layers/decoder.js';
import { declareMasks } from '../layers/decoder-masks.js';
import { roundUp } from '../layers/length-bucket.js';
import { FrozenParameters } from '../layers/parameter-source.js';
import { buildProjector } from '../layers/projector.js';
import { rotaryTables } from '../layers/rotary.js';
import { buildLmHead, embedTokens, mergeEmbeddings } from '../layers/word-embeddings.js';
import { layoutRows } from '../merge/row-layout.js';
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

interface PlainShape {
  rows: number;
  length: number;
  targets: number;
}

interface PlainRow {
  member: number;
  branch: number;
  ids: number[];
  embedding: Float32Array;
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
  checkScorerOptions(model.config, options);
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
    const { config } = this.model;
    const { branches, batchSize, prefixIds } = this.options;
    const size = embeddingTokens(config) * embeddingWidth(config);
    const media = new Array<number>(embeddingTokens(config)).fill(config.imageTokenId);
    const rows = members.flatMap((member, at): PlainRow[] => {
      checkMember(config, this.options, member);
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
      gradients: members.map(() => new Float32Array(size)),
    };
    for (let start = 0; start < rows.length; start += batchSize) {
      await this.scoreBatch(rows.slice(start, start + batchSize), scores);
    }
    return scores;
  }

  async release(): Promise<void> {
    await this.sessions.release();
  }

  private async scoreBatch(batch: readonly PlainRow[], scores: PackedScores): Promise<void> {
    const { config } = this.model;
    const { batchSize, branches, bucket = 16 } = this.options;
    const shape: PlainShape = {
      rows: batchSize,
      length: roundUp(Math.max(...batch.map(({ ids }) => ids.length)), bucket),
      targets: roundUp(Math.max(...batch.map(({ targetIds }) => targetIds.length)), 8),
    };
    const outputs = await this.sessions.use(
      `plain ${shape.length} ${shape.targets}`,
      () => plainProgram(this.model, shape),
      (session, { fixedFeeds }) =>
        session.run({
          ...layoutRows(config, batch, { ...shape, media: shape.rows }),
          ...targetFeeds(batch, shape),
          ...fixedFeeds,
        }),
    );
    const nll = outputs['row_nll'].data as Float32Array;
    const gradients = outputs['gradient'].data as Float32Array;
    const size = gradients.length / shape.rows;
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

function plainProgram(
  { config, weights }: ModelPieces,
  shape: PlainShape,
): { graph: Graph; fixedFeeds: Record<string, TypedArray> } {
  const { rows, length, targets } = shape;
  const { text } = config;
  const graph = new Graph();
  const source = new FrozenParameters(graph, weights);
  const embeddings = graph.input('embeddings', [rows, embeddingTokens(config), embeddingWidth(config)]);
  const words = embedTokens(config, source, graph.input('input_ids', [rows * length], 'int32'));
  const mergeIndex = graph.input('merge_index', [rows * length], 'int32');
  const masks = declareMasks(graph, text, [1, length, length], length);
  const decoded = buildDecoder(graph, text, source, {
    inputsEmbeds: mergeEmbeddings(words, [buildProjector(config, source, embeddings)], mergeIndex),
    batch: rows,
    cos: graph.input('cos', [1, 1, length, text.headDim]),
    sin: graph.input('sin', [1, 1, length, text.headDim]),
    mask: masks.mask,
  });
  const logits = buildLmHead(config, source, decoded.finalNorm);
  const atTargets = gather(logits, graph.input('target_rows', [rows * targets], 'int32'));
  const picked = takeLast(logSoftmax(atTargets), graph.input('target_ids', [rows * targets], 'int32'));
  const weighted = mul(picked, graph.input('target_weights', [rows * targets]));
  const rowNll = neg(sum(reshape(weighted, [rows, targets]), [1]));
  graph.output('row_nll', rowNll);
  graph.output('gradient', gradients(sum(rowNll), [embeddings])[0]);
  const positions = Array.from({ length }, (_, position) => position);
  const causal = masks.feeds(
    (_row, query, key) => key <= query,
    (_row, query, key) => query - key,
  );
  return { graph, fixedFeeds: { ...rotaryTables(text, positions), ...causal } };
}
