import type { TypedArray } from '@sea-align/compute';
import type { MediumGeometry } from '../family/medium-geometry.js';
import { buildPrefill } from '../generation/prefill-program.js';
import { layoutRows } from '../merge/row-layout.js';
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
import { PackedFeeds } from './packed-feeds.js';
import { buildPackedProgram } from './packed-program.js';
import { memberShape, rowsPerRun, type PackedShape } from './packed-sequence.js';

/**
 * A scorer that shares what control samples have in common: keys and values of the prefix are computed once, here; E is
 * computed once per member, its branches see it through a tree mask; only target places reach the vocabulary projection; the
 * only gradient is that of E.
 * @throws ConfigError for options that make no sense
 */
export async function createPackedScorer(
  model: MultimodalModel,
  options: PackedScorerOptions,
): Promise<PackedScorer> {
  checkScorerOptions(model, options);
  return new SharedPrefixScorer(model, options, await prefixKeyValues(model, options.prefixIds));
}

/** Feeds past_key.* and past_value.* of the prefix, each [1, key/value heads, prefix, headDim]. */
async function prefixKeyValues(
  model: MultimodalModel,
  prefixIds: readonly number[],
): Promise<Record<string, TypedArray>> {
  if (prefixIds.length === 0) return {};
  const shape = { rows: 1, length: prefixIds.length, media: [] };
  const rows = [{ ids: prefixIds }];
  const { graph, feeds } = buildPrefill(model, shape, true);
  const session = await model.engine.compile(graph, {
    weights: model.weights.stored,
    label: 'packed prefix',
  });
  try {
    const outputs = await session.run({
      ...layoutRows(model.placeholderIds, rows, shape),
      ...feeds(rows),
      last_places: Int32Array.of(prefixIds.length - 1),
    });
    return Object.fromEntries(
      Object.entries(outputs)
        .filter(([name]) => name !== 'logits')
        .map(([name, tensor]) => [`past_${name}`, tensor.data]),
    );
  } finally {
    await session.release();
  }
}

/** What members of a batch have in common. */
type MemberShape = ReturnType<typeof memberShape> & { geometry: MediumGeometry };

class SharedPrefixScorer implements PackedScorer {
  private readonly sessions: SessionCache;

  constructor(
    private readonly model: MultimodalModel,
    private readonly options: PackedScorerOptions,
    private readonly prefixFeeds: Record<string, TypedArray>,
  ) {
    this.sessions = new SessionCache(model.engine, model.weights.stored);
  }

  async score(members: readonly PackedMember[]): Promise<PackedScores> {
    const { batchSize, bucket } = this.options;
    // Members of one shape share a batch. The shape is each member's own, so its result does not depend on the others.
    const groups = new Map<string, { shape: MemberShape; indices: number[] }>();
    members.forEach((member, at) => {
      checkMember(this.model, this.options, member);
      const shape = { ...memberShape(member, bucket), geometry: member.embedding.geometry };
      const key = `${shape.suffix} ${shape.targets} ${shape.geometry.key}`;
      const group = groups.get(key) ?? { shape, indices: [] };
      group.indices.push(at);
      groups.set(key, group);
    });
    const scores: PackedScores = {
      branchNll: new Array(members.length),
      gradients: new Array(members.length),
    };
    for (const { shape, indices } of groups.values()) {
      const rows = rowsPerRun(shape.geometry.tokens + shape.suffix, batchSize);
      for (let start = 0; start < indices.length; start += rows) {
        await this.scoreBatch(members, indices.slice(start, start + rows), { ...shape, rows }, scores);
      }
    }
    return scores;
  }

  async release(): Promise<void> {
    await this.sessions.release();
  }

  private async scoreBatch(
    members: readonly PackedMember[],
    indices: readonly number[],
    own: MemberShape & { rows: number },
    scores: PackedScores,
  ): Promise<void> {
    const { config } = this.model;
    const { prefixIds, branches } = this.options;
    const shape: PackedShape = { ...own, prefix: prefixIds.length, branches };
    const { geometry, rows } = shape;
    const size = geometry.rows * geometry.width;
    const batch = indices.map((at) => members[at]);
    const embeddings = new Float32Array(rows * size);
    batch.forEach((member, row) => embeddings.set(member.embedding.values, row * size));
    const outputs = await this.sessions.use(
      `packed ${rows} ${shape.suffix} ${shape.targets} ${geometry.key}`,
      () => {
        const program = buildPackedProgram(this.model, shape);
        return { ...program, feeds: new PackedFeeds(config.text, shape, program.windows) };
      },
      (session, { feeds }) => session.run({ embeddings, ...feeds.of(batch), ...this.prefixFeeds }),
    );
    const nll = outputs['branch_nll'].data as Float32Array;
    const gradients = outputs['gradient'].data as Float32Array;
    indices.forEach((at, row) => {
      scores.branchNll[at] = Array.from(nll.subarray(row * branches, (row + 1) * branches));
      scores.gradients[at] = gradients.slice(row * size, (row + 1) * size);
    });
  }
}
