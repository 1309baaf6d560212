import type { MediumGeometry } from '../family/medium-geometry.js';
import type { MultimodalModel } from '../multimodal-model.js';
import {
  checkMember,
  checkScorerOptions,
  type PackedMember,
  type PackedScorer,
  type PackedScorerOptions,
  type PackedScores,
} from './control-scores.js';
import { LayerRunner } from './layer-runner.js';
import type { PackedRunner } from './packed-runner.js';
import { memberShape, rowsPerRun } from './packed-sequence.js';
import { scoresByLayer } from './scoring-memory.js';
import { WholeGraphRunner } from './whole-graph-runner.js';

/**
 * A scorer that shares what control samples have in common: keys and values of the prefix are computed once, here; E is
 * computed once per member, its branches see it through a tree mask; only target places reach the vocabulary projection; the
 * only gradient is that of E. A model too large for that runs layer by layer, to the same scores.
 * @throws ConfigError for options that make no sense
 */
export async function createPackedScorer(
  model: MultimodalModel,
  options: PackedScorerOptions,
): Promise<PackedScorer> {
  checkScorerOptions(model, options);
  const { prefixIds, onLayer } = options;
  const runner = scoresByLayer(model, options)
    ? await LayerRunner.create(model, prefixIds, onLayer)
    : await WholeGraphRunner.create(model, prefixIds);
  return new SharedPrefixScorer(model, options, runner);
}

/** What members of a batch have in common. */
type MemberShape = ReturnType<typeof memberShape> & { geometry: MediumGeometry };

class SharedPrefixScorer implements PackedScorer {
  constructor(
    private readonly model: MultimodalModel,
    private readonly options: PackedScorerOptions,
    private readonly runner: PackedRunner,
  ) {}

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

  release(): Promise<void> {
    return this.runner.release();
  }

  private async scoreBatch(
    members: readonly PackedMember[],
    indices: readonly number[],
    own: MemberShape & { rows: number },
    scores: PackedScores,
  ): Promise<void> {
    const { prefixIds, branches } = this.options;
    const { branchNll, gradient } = await this.runner.run(
      { ...own, prefix: prefixIds.length, branches },
      indices.map((at) => members[at]),
    );
    const size = own.geometry.rows * own.geometry.width;
    indices.forEach((at, row) => {
      scores.branchNll[at] = Array.from(branchNll.subarray(row * branches, (row + 1) * branches));
      scores.gradients[at] = gradient.slice(row * size, (row + 1) * size);
    });
  }
}
