import type { LlavaConfig } from './config/llava-config.js';
import type { ModelWeights } from './weights/model-weights.js';

/** What building a graph needs of a model. */
export interface ModelPieces {
  readonly config: LlavaConfig;
  readonly weights: ModelWeights;
}
