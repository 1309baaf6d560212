import { z } from 'zod';
import { activationSchema, type Activation } from '../config/activation.js';
import { count } from '../config/field-schemas.js';

/** CLIP vision tower (HF `clip_vision_model`). */
export interface ClipVisionConfig {
  modelType: 'clip_vision_model';
  hiddenSize: number;
  intermediateSize: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  numChannels: number;
  /** Pixels a side. */
  imageSize: number;
  patchSize: number;
  hiddenAct: Activation;
  layerNormEps: number;
}

/** Defaults of HF `CLIPVisionConfig`. */
export const clipVisionSchema = z
  .looseObject({
    hidden_size: count.default(768),
    intermediate_size: count.default(3072),
    num_hidden_layers: count.default(12),
    num_attention_heads: count.default(12),
    num_channels: count.default(3),
    image_size: count.default(224),
    patch_size: count.default(32),
    hidden_act: activationSchema.prefault('quick_gelu'),
    layer_norm_eps: z.number().nonnegative().default(1e-5),
  })
  .superRefine((config, context) => {
    if (config.hidden_size % config.num_attention_heads !== 0) {
      context.addIssue({
        code: 'custom',
        path: ['num_attention_heads'],
        message: `hidden_size ${config.hidden_size} is not divisible by ${config.num_attention_heads} heads`,
      });
    }
    if (config.patch_size > config.image_size) {
      context.addIssue({
        code: 'custom',
        path: ['patch_size'],
        message: `a patch of ${config.patch_size} pixels is larger than the image (${config.image_size})`,
      });
    }
  })
  .transform((config): ClipVisionConfig => ({
    modelType: 'clip_vision_model',
    hiddenSize: config.hidden_size,
    intermediateSize: config.intermediate_size,
    numHiddenLayers: config.num_hidden_layers,
    numAttentionHeads: config.num_attention_heads,
    numChannels: config.num_channels,
    imageSize: config.image_size,
    patchSize: config.patch_size,
    hiddenAct: config.hidden_act,
    layerNormEps: config.layer_norm_eps,
  }));

/** What HF `LlavaConfig` takes where config.json has no vision_config: CLIP ViT-L/14 at 336 pixels. */
export const llavaDefaultVision = {
  model_type: 'clip_vision_model',
  intermediate_size: 4096,
  hidden_size: 1024,
  patch_size: 14,
  image_size: 336,
  num_hidden_layers: 24,
  num_attention_heads: 16,
};

/** Patches a side; pixels beyond the last whole patch are not looked at, as by a strided convolution. */
export function patchesPerSide(config: ClipVisionConfig): number {
  return Math.floor(config.imageSize / config.patchSize);
}

/** Tokens of one image: the patches and the class token. */
export function visionSequenceLength(config: ClipVisionConfig): number {
  return patchesPerSide(config) ** 2 + 1;
}
