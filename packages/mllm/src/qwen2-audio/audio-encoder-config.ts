import { z } from 'zod';
import { activationSchema, type Activation } from '../config/activation.js';
import { count } from '../config/field-schemas.js';

/** Audio tower (HF `qwen2_audio_encoder`): Whisper's encoder with average pooling behind it. */
export interface AudioEncoderConfig {
  modelType: 'qwen2_audio_encoder';
  /** Mel bins of a spectrogram frame. */
  numMelBins: number;
  /** Width of the tower and of its output. */
  hiddenSize: number;
  intermediateSize: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  /** Of the feed-forward blocks; the convolutions always take the exact GELU. */
  activation: Activation;
  /** Frames behind the convolutions at most: half as many as spectrogram frames. */
  maxSourcePositions: number;
}

/** Defaults of HF `Qwen2AudioEncoderConfig`. `scale_embedding` is read by no version of HF's forward, nor here. */
export const audioEncoderSchema = z
  .looseObject({
    model_type: z.literal('qwen2_audio_encoder').default('qwen2_audio_encoder'),
    num_mel_bins: count.default(128),
    d_model: count.default(1280),
    encoder_layers: count.default(32),
    encoder_attention_heads: count.default(20),
    encoder_ffn_dim: count.default(5120),
    activation_function: activationSchema.prefault('gelu'),
    max_source_positions: count.min(2).default(1500),
  })
  .superRefine((config, context) => {
    if (config.d_model % config.encoder_attention_heads !== 0) {
      context.addIssue({
        code: 'custom',
        path: ['encoder_attention_heads'],
        message: `d_model ${config.d_model} is not divisible by ${config.encoder_attention_heads} heads`,
      });
    }
  })
  .transform((config): AudioEncoderConfig => ({
    modelType: 'qwen2_audio_encoder',
    numMelBins: config.num_mel_bins,
    hiddenSize: config.d_model,
    intermediateSize: config.encoder_ffn_dim,
    numHiddenLayers: config.encoder_layers,
    numAttentionHeads: config.encoder_attention_heads,
    activation: config.activation_function,
    maxSourcePositions: config.max_source_positions,
  }));
