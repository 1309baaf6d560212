import { z } from 'zod';
import { activationSchema, type Activation } from '../config/activation.js';
import { count } from '../config/field-schemas.js';

/** Qwen2-VL's vision transformer (HF `Qwen2VLVisionConfig`). */
export interface Qwen2VLVisionConfig {
  /** Number of blocks. */
  depth: number;
  embedDim: number;
  /** Width of the merger's output: the text model's. */
  hiddenSize: number;
  /** Width inside a block's MLP. */
  mlpDim: number;
  numHeads: number;
  hiddenAct: Activation;
  inChannels: number;
  /** Pixels a side of a patch. */
  patchSize: number;
  /** Frames a patch. */
  temporalPatchSize: number;
  /** Patches a side that the merger joins into one token. */
  spatialMergeSize: number;
}

/** Defaults of HF `Qwen2VLVisionConfig`. The key `in_chans` of published configs is unknown to HF, and so it is here. */
export const qwen2VLVisionSchema = z
  .looseObject({
    depth: count.default(32),
    embed_dim: count.default(1280),
    hidden_size: count.default(3584),
    hidden_act: activationSchema.prefault('quick_gelu'),
    mlp_ratio: z.number().positive().default(4),
    num_heads: count.default(16),
    in_channels: count.default(3),
    patch_size: count.default(14),
    spatial_merge_size: count.default(2),
    temporal_patch_size: count.default(2),
  })
  .superRefine(({ embed_dim: width, num_heads: heads }, context) => {
    if (width % heads !== 0 || (width / heads) % 4 !== 0) {
      context.addIssue({
        code: 'custom',
        path: ['num_heads'],
        message: `the two-dimensional rotary embedding needs heads of a width divisible by 4; embed_dim ${width} over ${heads} heads has not`,
      });
    }
  })
  .transform((raw): Qwen2VLVisionConfig => ({
    depth: raw.depth,
    embedDim: raw.embed_dim,
    hiddenSize: raw.hidden_size,
    mlpDim: Math.trunc(raw.embed_dim * raw.mlp_ratio),
    numHeads: raw.num_heads,
    hiddenAct: raw.hidden_act,
    inChannels: raw.in_channels,
    patchSize: raw.patch_size,
    temporalPatchSize: raw.temporal_patch_size,
    spatialMergeSize: raw.spatial_merge_size,
  }));

/** Values of one flattened patch: channels, frames, rows and columns of pixels, in this order. */
export function patchWidth(config: Qwen2VLVisionConfig): number {
  return config.inChannels * config.temporalPatchSize * config.patchSize ** 2;
}
