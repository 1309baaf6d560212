import { ConfigError, EngineError } from '@sea-align/core';
import type { Embedding } from '../family/medium-geometry.js';
import type { ModelPieces } from '../model-pieces.js';

/** One control sample behind a medium: tokens after the medium up to the answer, then the answer's tokens. */
export interface PackedBranch {
  promptIds: readonly number[];
  targetIds: readonly number[];
}

/** An embedding with the control samples that score it. */
export interface PackedMember {
  /** Encoder output E. */
  embedding: Embedding;
  branches: readonly PackedBranch[];
  /** Its gradient will not be looked at; it is left out, then, where that saves time. */
  lossOnly?: boolean;
}

/** Results of one `score` call, in the order of its members. */
export interface PackedScores {
  /** Per member and branch: negative log-likelihood summed over the branch's target tokens. */
  branchNll: number[][];
  /** Per member: d(mean over branches of nll)/dE, [rows * width] of its geometry; empty where it was left out. */
  gradients: Float32Array[];
}

export interface PackedScorerOptions {
  /** Tokens before the medium, the same for all branches of all members. */
  prefixIds: readonly number[];
  /** Largest number of rows of a session. */
  batchSize: number;
  /** Branches (control samples) of every member. */
  branches: number;
  /** Lengths are rounded up to a multiple of this; default: to one of few lengths that grow by a third or so. */
  bucket?: number;
  /**
   * Layer by layer, each computed again for its gradient: about half as much again of time, and the memory of one layer in place
   * of all. Default `auto`: where a whole graph would take more than half of the machine's memory. The scores are the same.
   */
  gradientCheckpointing?: boolean | 'auto';
  /** Told after every layer, where scoring goes layer by layer: a step of a large model takes minutes. */
  onLayer?: (progress: LayerProgress) => void;
}

/** How far scoring layer by layer has come. */
export interface LayerProgress {
  /** The shared prefix, once for a scorer; then of every run. */
  pass: 'prefix' | 'forward' | 'backward';
  /** The layer that is done, from 0; the backward pass begins with the last. */
  layer: number;
  layers: number;
}

/** Scores embeddings by their control samples: L(E) = mean over branches of -log Pr(target | prefix, P(E), prompt). */
export interface PackedScorer {
  /** Any number of members; a member's result does not depend on the others. */
  score(members: readonly PackedMember[]): Promise<PackedScores>;
  release(): Promise<void>;
}

/** @throws ConfigError */
export function checkScorerOptions(
  model: ModelPieces,
  { prefixIds, batchSize, branches }: PackedScorerOptions,
): void {
  for (const [name, value] of Object.entries({ batchSize, branches })) {
    if (!Number.isInteger(value) || value < 1)
      throw new ConfigError(`${name} must be a positive integer, got ${value}.`);
  }
  checkTokens(model, prefixIds, 'prefixIds');
}

/** @throws EngineError */
export function checkMember(
  model: ModelPieces,
  { prefixIds, branches }: PackedScorerOptions,
  member: PackedMember,
): void {
  const { maxPositionEmbeddings } = model.config.text;
  const { values, geometry } = member.embedding;
  const size = geometry.rows * geometry.width;
  if (values.length !== size) {
    throw new EngineError(`An embedding has ${values.length} values; ${size} were expected.`);
  }
  if (member.branches.length !== branches) {
    throw new EngineError(
      `A member has ${member.branches.length} branches; the scorer was made for ${branches}.`,
    );
  }
  for (const { promptIds, targetIds } of member.branches) {
    checkTokens(model, promptIds, 'promptIds');
    checkTokens(model, targetIds, 'targetIds');
    if (targetIds.length === 0) throw new EngineError('A branch has no target tokens.');
    const length = prefixIds.length + geometry.tokens + promptIds.length + targetIds.length;
    if (length > maxPositionEmbeddings) {
      throw new EngineError(
        `A control sample has ${length} tokens; the model has ${maxPositionEmbeddings} positions.`,
      );
    }
  }
}

function checkTokens(
  { config: { text }, placeholderIds }: ModelPieces,
  ids: readonly number[],
  name: string,
): void {
  const wrong = ids.find(
    (id) => !Number.isInteger(id) || id < 0 || id >= text.vocabSize || placeholderIds.includes(id),
  );
  if (wrong !== undefined) {
    throw new EngineError(
      `${name} holds ${wrong}, which is no text token (vocabulary of ${text.vocabSize}).`,
    );
  }
}
