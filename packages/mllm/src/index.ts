import type { Engine, HostTensor, WeightSource } from '@sea-align/compute';
import type { Rng } from '@sea-align/core';
import type { MultimodalModel } from './multimodal-model.js';
import type { PackedScorer, PackedScorerOptions } from './packed-scoring.js';
import type { SequenceTrainer, SequenceTrainerOptions } from './sequence-training.js';
import type { TrainableSpec } from './trainable-spec.js';

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
export type {
  LossRows,
  SequenceRow,
  SequenceStep,
  SequenceTrainer,
  SequenceTrainerOptions,
} from './sequence-training.js';
export type { TrainableSpec } from './trainable-spec.js';
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

export declare function loadModel(
  folder: string,
  options: { engine: Engine; weights?: WeightSource },
): Promise<MultimodalModel>;
export declare function createPackedScorer(
  model: MultimodalModel,
  options: PackedScorerOptions,
): Promise<PackedScorer>;
/** One sequence per (embedding, control sample), nothing shared: the baseline and the proof. */
export declare function createPlainScorer(
  model: MultimodalModel,
  options: PackedScorerOptions,
): Promise<PackedScorer>;
export declare function createSequenceTrainer(
  model: MultimodalModel,
  options: SequenceTrainerOptions,
): Promise<SequenceTrainer>;
/** Trainable tensors at their starting values: HF names, or `<module>.lora_A` [rank, in] / `<module>.lora_B` [out, rank]. */
export declare function initialParameters(
  model: MultimodalModel,
  spec: TrainableSpec,
  rng: Rng,
): Map<string, Float32Array>;
/** Shapes of the trainable tensors. */
export declare function parameterShapes(
  model: MultimodalModel,
  spec: TrainableSpec,
): Map<string, readonly number[]>;
/** Trained values as weights under HF names; LoRA merged. For `withOverrides` and `saveCheckpoint`. */
export declare function mergeParameters(
  model: MultimodalModel,
  spec: TrainableSpec,
  params: ReadonlyMap<string, Float32Array>,
): Map<string, HostTensor>;
/** Writes a HF folder: model.safetensors with the overrides applied, and every other file of the source folder. */
export declare function saveCheckpoint(
  model: MultimodalModel,
  overrides: ReadonlyMap<string, HostTensor>,
  outFolder: string,
): Promise<void>;
