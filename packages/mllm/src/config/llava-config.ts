/** CLIP vision tower (HF `clip_vision_model`). */
export interface ClipVisionConfig {
  modelType: 'clip_vision_model';
  hiddenSize: number;
  intermediateSize: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  numChannels: number;
  imageSize: number;
  patchSize: number;
  hiddenAct: Activation;
  layerNormEps: number;
}

export type Activation = 'quick_gelu' | 'gelu' | 'gelu_tanh' | 'silu' | 'relu';

export type RopeScaling =
  | { type: 'default' }
  | { type: 'linear'; factor: number }
  | {
      type: 'llama3';
      factor: number;
      lowFreqFactor: number;
      highFreqFactor: number;
      originalMaxPositionEmbeddings: number;
    };

/** Decoder-only text backbone (HF `llama`, `mistral`, `qwen2`), defaults of its type filled in. */
export interface TextConfig {
  modelType: 'llama' | 'mistral' | 'qwen2';
  vocabSize: number;
  hiddenSize: number;
  intermediateSize: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  numKeyValueHeads: number;
  headDim: number;
  hiddenAct: Activation;
  rmsNormEps: number;
  maxPositionEmbeddings: number;
  ropeTheta: number;
  ropeScaling: RopeScaling;
  /** Bias of q_proj, k_proj, v_proj. */
  qkvBias: boolean;
  /** Bias of o_proj. */
  outputBias: boolean;
  mlpBias: boolean;
  /** Per layer: number of keys a query may look back over (itself included), or undefined for all. */
  slidingWindows: (number | undefined)[];
  bosTokenId: number | undefined;
  eosTokenIds: number[];
  padTokenId: number | undefined;
}

/** A LLaVA-1.5 checkpoint's config.json with every default filled in as Hugging Face does. */
export interface LlavaConfig {
  modelType: 'llava';
  vision: ClipVisionConfig;
  text: TextConfig;
  imageTokenId: number;
  imageSeqLength: number;
  projectorHiddenAct: Activation;
  projectorBias: boolean;
  /** Indices into the tower's hidden states, as configured (may be negative); several are concatenated on the width. */
  visionFeatureLayers: number[];
  visionFeatureSelectStrategy: 'default' | 'full';
  padTokenId: number | undefined;
  /** Configured on either level; a checkpoint without lm_head.weight needs it. */
  tieWordEmbeddings: boolean;
}
