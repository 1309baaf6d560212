import type { TypedArray } from '@sea-align/compute';
import { buildPrefill } from '../generation/prefill-program.js';
import { layoutRows } from '../merge/row-layout.js';
import type { MultimodalModel } from '../multimodal-model.js';
import { SessionCache } from '../session-cache.js';
import type { PackedMember } from './control-scores.js';
import { PackedFeeds } from './packed-feeds.js';
import { packedWindows } from './packed-parts.js';
import { buildPackedProgram } from './packed-program.js';
import { batchEmbeddings, declaredFeeds, type PackedRun, type PackedRunner } from './packed-runner.js';
import type { PackedShape } from './packed-sequence.js';

/** One graph a shape, forward and backward; its session is kept. */
export class WholeGraphRunner implements PackedRunner {
  private readonly sessions: SessionCache;

  private constructor(
    private readonly model: MultimodalModel,
    private readonly prefixFeeds: Record<string, TypedArray>,
  ) {
    this.sessions = new SessionCache(model.engine, model.weights.stored);
  }

  static async create(model: MultimodalModel, prefixIds: readonly number[]): Promise<WholeGraphRunner> {
    return new WholeGraphRunner(model, await prefixKeyValues(model, prefixIds));
  }

  async run(shape: PackedShape, batch: readonly PackedMember[]): Promise<PackedRun> {
    const { text } = this.model.config;
    const { rows, suffix, targets, geometry } = shape;
    const outputs = await this.sessions.use(
      `packed ${rows} ${suffix} ${targets} ${geometry.key}`,
      () => ({
        graph: buildPackedProgram(this.model, shape),
        feeds: new PackedFeeds(text, shape, packedWindows(text, shape)),
      }),
      (session, { graph, feeds }) => {
        const embeddings = batchEmbeddings(shape, batch);
        return session.run(declaredFeeds(graph, { embeddings, ...feeds.of(batch), ...this.prefixFeeds }));
      },
    );
    return {
      branchNll: outputs['branch_nll'].data as Float32Array,
      gradient: outputs['gradient'].data as Float32Array,
    };
  }

  async release(): Promise<void> {
    await this.sessions.release();
  }
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
