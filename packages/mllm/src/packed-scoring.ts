/** One control sample behind a medium: tokens after the medium up to the answer, then the answer's tokens. */
export interface PackedBranch {
  promptIds: number[];
  targetIds: number[];
}

/** An embedding with the control samples that score it. */
export interface PackedMember {
  /** Encoder output E, [tokens * width]. */
  embedding: Float32Array;
  branches: PackedBranch[];
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
  prefixIds: number[];
  /** Rows per session; fewer members are padded with unused rows. */
  batchSize: number;
  /** Branches per member. */
  branches: number;
  /** Branch lengths are rounded up to a multiple of this; default 16. */
  bucket?: number;
}

export interface PackedScorer {
  score(members: PackedMember[]): Promise<PackedScores>;
  release(): Promise<void>;
}
