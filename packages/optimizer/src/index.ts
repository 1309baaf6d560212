export { blankControlEmbeddings, type BlankControlRequest } from './blank-control.js';
export { namesPhrase } from './answer-match.js';
export {
  loadEmbeddings,
  readEmbeddingRecords,
  type LoadedEmbedding,
  type LoadOptions,
} from './load-embeddings.js';
export type { ScorerFactory, ScorerRequest } from './optimization-run.js';
export { optimizeEmbeddings, type OptimizeRequest } from './optimize.js';
export { optimizeOptionsSchema, type OptimizeOptions, type OptimizeOptionsInput } from './options.js';
export type { BatchScore, EmbeddingScorer } from './slots.js';
export { readSummary, type OptimizeSummary } from './summary.js';
export {
  verificationQuestions,
  verifyEmbeddings,
  type Verification,
  type VerificationQuestion,
} from './verify.js';
export { tokeniseControls, type TokenisedControls } from './task.js';
