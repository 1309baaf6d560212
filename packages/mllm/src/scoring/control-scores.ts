import { ConfigError, EngineError } from '@sea-align/core';
import { embeddingTokens, embeddingWidth, type LlavaConfig } from '../config/llava-config.js';

/** One control sample behind a medium: tokens after the medium up to the answer, then the answer's tokens. */
export interface PackedBranch {
  promptIds: readonly number[];
  targetIds: readonly number[];
}

/** An embedding with the control samples that score it. */
export interface PackedMember {
  /** Encoder output E, [tokens * width]. */
  embedding: Float32Array;
  branches: readonly PackedBranch[];
}

/** Results of one `score` call, in the order of its members. */
export interface PackedScores {
  /** Per member and branch: negative log-likelihood summed over the branch's target tokens. */
  branchNll: number[][];
  /** Per member: d(mean over branches of nll)/dE, [tokens * width]. */
  gradients: Float32Array[];
}

export interface PackedScorerOptions {
  /** Tokens before the medium, the same for all branches of all members. */
  prefixIds: readonly number[];
  /** Largest number of rows of a session. */
  batchSize: number;
  /** Branches (control samples) of every member. */
  branches: number;
  /** Lengths are rounded up to a multiple of this; default 16. */
  bucket?: number;
}

/** Scores embeddings by their control samples: L(E) = mean over branches of -log Pr(target | prefix, P(E), prompt). */
export interface PackedScorer {
  /** Any number of members; a member's result does not depend on the others. */
  score(members: readonly PackedMember[]): Promise<PackedScores>;
  release(): Promise<void>;
}

/** @throws ConfigError */
export function checkScorerOptions(
  config: LlavaConfig,
  { prefixIds, batchSize, branches }: PackedScorerOptions,
): void {
  for (const [name, value] of Object.entries({ batchSize, branches })) {
    if (!Number.isInteger(value) || value < 1)
      throw new ConfigError(`${name} must be a positive integer, got ${value}.`);
  }
  checkTokens(config, prefixIds, 'prefixIds');
}

/** @throws EngineError */
export function checkMember(
  config: LlavaConfig,
  { prefixIds, branches }: PackedScorerOptions,
  member: PackedMember,
): void {
  const size = embeddingTokens(config) * embeddingWidth(config);
  if (member.embedding.length !== size) {
    throw new EngineError(`An embedding has ${member.embedding.length} values; ${size} were expected.`);
  }
  if (member.branches.length !== branches) {
    throw new EngineError(
      `A member has ${member.branches.length} branches; the scorer was made for ${branches}.`,
    );
  }
  for (const { promptIds, targetIds } of member.branches) {
    checkTokens(config, promptIds, 'promptIds');
    checkTokens(config, targetIds, 'targetIds');
    if (targetIds.length === 0) throw new EngineError('A branch has no target tokens.');
    const length = prefixIds.length + embeddingTokens(config) + promptIds.length + targetIds.length;
    if (length > config.text.maxPositionEmbeddings) {
      throw new EngineError(
        `A control sample has ${length} tokens; the model has ${config.text.maxPositionEmbeddings} positions.`,
      );
    }
  }
}

function checkTokens({ text, imageTokenId }: LlavaConfig, ids: readonly number[], name: string): void {
  const wrong = ids.find(
    (id) => !Number.isInteger(id) || id < 0 || id >= text.vocabSize || id === imageTokenId,
  );
  if (wrong !== undefined) {
    throw new EngineError(
      `${name} holds ${wrong}, which is no text token (vocabulary of ${text.vocabSize}).`,
    );
  }
}
