export type {
  Generation,
  GenerationOptions,
  GenerationRequest,
  MultimodalModel,
  Prompt,
  PromptTurn,
} from './multimodal-model.js';
export type {
  BlankOptions,
  ImageSource,
  MediaSource,
  PreprocessOptions,
  RawImage,
  RawSignal,
  RawVideo,
} from './family/media-source.js';
export type { Embedding, MediumGeometry } from './family/medium-geometry.js';
export type { MediaProcessor, PreparedMedium } from './family/prepared-medium.js';
export type { Family, WeightRole } from './family/family.js';
export type { FamilyConfig, LanguageModelConfig, LanguageModelNames } from './family/family-config.js';
export type { ChatTurn, PromptPlaceholder } from './family/prompt-placeholder.js';
export type { ReferenceMedia } from './family/reference-media.js';
export { builtInFamilies } from './family/built-in-families.js';
export { findFamily } from './family/find-family.js';
export { readArchitecture, type Architecture } from './family/read-architecture.js';
export type { ModelPieces } from './model-pieces.js';
export type { RowMedia } from './merge/token-row.js';
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
  type WeightedModel,
} from './training/trainable-spec.js';
export type { ModelWeights, WeightStorage } from './weights/model-weights.js';
export type { ModelTokenizer } from './tokenizer/model-tokenizer.js';
export type { ParameterSource } from './layers/parameter-source.js';
export type { Activation } from './config/activation.js';
export type { RopeScaling } from './config/rope-scaling.js';
export { textConfigSchema, type TextConfig } from './config/text-config.js';
export { addLanguageModel, type ExpectedTensors } from './weights/expected-tensors.js';
export { FrozenParameters } from './layers/parameter-source.js';
export { activate } from './layers/activation.js';
export type { AttentionMask, KeyValue, QueryBlock } from './layers/attention.js';
export {
  buildDecoder,
  type DecoderInputs,
  type DecoderOutputs,
  type WantedPlaces,
} from './layers/decoder.js';
export { buildLmHead, embedTokens, mergeEmbeddings } from './layers/word-embeddings.js';
export { rotaryTables, type RotaryConfig } from './layers/rotary.js';
export { additiveMask, type Visible } from './layers/attention-mask.js';

export type { ClipVisionConfig } from './llava/clip-vision-config.js';
export type { LlavaConfig } from './llava/llava-config.js';
export { llavaFamily } from './llava/llava-family.js';
export type { Resolution } from './llava-next/any-resolution.js';
export type { LlavaNextConfig } from './llava-next/llava-next-config.js';
export { llavaNextFamily } from './llava-next/llava-next-family.js';
export { buildVisionTower, selectFeatures } from './llava/vision-tower.js';
export type { AudioEncoderConfig } from './qwen2-audio/audio-encoder-config.js';
export type { Qwen2AudioConfig } from './qwen2-audio/qwen2-audio-config.js';
export { qwen2AudioFamily } from './qwen2-audio/qwen2-audio-family.js';
export type { Qwen2VLConfig } from './qwen2-vl/qwen2-vl-config.js';
export { qwen2VLFamily } from './qwen2-vl/qwen2-vl-family.js';
export type { Qwen2VLVisionConfig } from './qwen2-vl/vision-config.js';

export { loadModel, type LoadModelOptions } from './load-model.js';
export { loadPrompts, type ModelPrompts } from './load-prompts.js';
export { alignedModel, findAlignedWeights, type AlignedWeights } from './adapter/aligned-weights.js';
export { loadAdapter } from './adapter/load-adapter.js';
export { saveAdapter, type TrainedLora } from './adapter/save-adapter.js';
export { saveCheckpoint } from './save-checkpoint.js';
export type {
  LayerProgress,
  PackedBranch,
  PackedMember,
  PackedScorer,
  PackedScorerOptions,
  PackedScores,
} from './scoring/control-scores.js';
export { createPackedScorer } from './scoring/packed-scorer.js';
export { createPlainScorer } from './scoring/plain-scorer.js';
