import type { HostTensor } from '@sea-align/compute';
import type { MultimodalModel } from './multimodal-model.js';
import type { PackedScorer, PackedScorerOptions } from './packed-scoring.js';

export type {
  Generation,
  GenerationOptions,
  GenerationRequest,
  ImageSource,
  MultimodalModel,
  Prompt,
  PromptTurn,
  RawImage,
} from './multimodal-model.js';
export type {
  PackedBranch,
  PackedMember,
  PackedScorer,
  PackedScorerOptions,
  PackedScores,
} from './packed-scoring.js';
export type { SequenceRow } from './training/sequence-batch.js';
export type { LossRows } from './training/sequence-program.js';
export {
  createSequenceTrainer,
  type SequenceStep,
  type SequenceTrainer,
  type SequenceTrainerOptions,
} from './training/sequence-trainer.js';
export {
  initialParameters,
  mergeParameters,
  parameterShapes,
  type TrainableSpec,
} from './training/trainable-spec.js';
export type { ModelWeights } from './weights/model-weights.js';
export type { ModelTokenizer } from './tokenizer/model-tokenizer.js';
export type { ParameterSource } from './layers/parameter-source.js';
export type { Activation } from './config/activation.js';
export type { ClipVisionConfig } from './config/clip-vision-config.js';
export type { LlavaConfig } from './config/llava-config.js';
export type { RopeScaling } from './config/rope-scaling.js';
export type { TextConfig } from './config/text-config.js';
export { parseConfig, readConfig, supportedArchitectures } from './config/read-config.js';
export { FrozenParameters } from './layers/parameter-source.js';
export { buildVisionTower, selectFeatures } from './layers/vision-tower.js';
export { buildProjector } from './layers/projector.js';
export { buildDecoder, type DecoderInputs, type DecoderOutputs, type KeyValue } from './layers/decoder.js';
export { buildLmHead, embedTokens, mergeEmbeddings } from './layers/word-embeddings.js';
export { rotaryTables } from './layers/rotary.js';
export { additiveMask } from './layers/attention-mask.js';
export { expectedTensors } from './weights/expected-tensors.js';

export { loadModel, type LoadModelOptions } from './load-model.js';
export declare function createPackedScorer(
  model: MultimodalModel,
  options: PackedScorerOptions,
): Promise<PackedScorer>;
/** One sequence per (embedding, control sample), nothing shared: the baseline and the proof. */
export declare function createPlainScorer(
  model: MultimodalModel,
  options: PackedScorerOptions,
): Promise<PackedScorer>;
/** Writes a HF folder: model.safetensors with the overrides applied, and every other file of the source folder. */
export declare function saveCheckpoint(
  model: MultimodalModel,
  overrides: ReadonlyMap<string, HostTensor>,
  outFolder: string,
): Promise<void>;
