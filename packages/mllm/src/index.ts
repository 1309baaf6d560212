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
export { saveCheckpoint } from './save-checkpoint.js';
export type {
  PackedBranch,
  PackedMember,
  PackedScorer,
  PackedScorerOptions,
  PackedScores,
} from './scoring/control-scores.js';
export { createPackedScorer } from './scoring/packed-scorer.js';
export { createPlainScorer } from './scoring/plain-scorer.js';
export type { AudioEncoderConfig } from './qwen2-audio/audio-encoder-config.js';
export type { Qwen2AudioConfig } from './qwen2-audio/qwen2-audio-config.js';
export { audioReach, maxAudioTokens, tokensOfMel, windowMelFrames } from './qwen2-audio/audio-lengths.js';
export { audioKeyMask, buildAudioTower, type AudioTowerOutputs } from './qwen2-audio/audio-tower.js';
export { buildAudioProjector } from './qwen2-audio/audio-projector.js';
export { audioTowerShapes } from './qwen2-audio/audio-tensors.js';
export { audioMedium } from './qwen2-audio/audio-medium.js';
export { qwen2AudioFamily } from './qwen2-audio/qwen2-audio-family.js';
export {
  parseFeatureExtractorConfig,
  type FeatureExtractorConfig,
} from './qwen2-audio/spectrogram/feature-extractor-config.js';
export { LogMelExtractor, type LogMel } from './qwen2-audio/spectrogram/log-mel.js';
