import {
  add,
  gelu,
  layerNorm,
  matmul,
  mul,
  reshape,
  slice,
  softmax,
  transpose,
  type Tensor,
} from '@sea-align/compute';
import { activate } from '../layers/activation.js';
import { MASKED } from '../layers/attention-mask.js';
import type { ParameterSource } from '../layers/parameter-source.js';
import type { AudioEncoderConfig } from './audio-encoder-config.js';
import { framesOfMel } from './audio-lengths.js';
import { averagePairs, convolveTime, convolveTimeByTwo } from './convolution.js';

const root = 'audio_tower';
/** Default of torch.nn.LayerNorm; no config key changes it. */
const LAYER_NORM_EPS = 1e-5;

/** What the tower computes on its way. */
export interface AudioTowerOutputs {
  /** Second convolution before its GELU, [media, frames, width]. */
  conv2: Tensor;
  /** Behind each layer, [media, frames, width]. */
  hiddenStates: Tensor[];
  /** E: pooled and normalised, [media, floor(frames / 2), width]. */
  encoderOutput: Tensor;
}

/**
 * M: two convolutions, position embeddings as stored, Whisper's encoder layers, average pooling (HF `Qwen2AudioEncoder`).
 * The source gives the weights: frozen, or graph inputs where the tower is trained.
 * @param inputFeatures log-mel spectrogram [media, mel bins, mel], mel = 2 * frames (the end of the window: zeros follow) or
 * 2 * frames + 1 (a window cut short: its last frame is seen by the convolutions only); frames <= max_source_positions
 * @param keyMask additive [media, 1, 1, frames], see `audioKeyMask`; without it every frame is attended to
 */
export function buildAudioTower(
  config: AudioEncoderConfig,
  source: ParameterSource,
  inputFeatures: Tensor,
  keyMask?: Tensor,
): AudioTowerOutputs {
  const { numMelBins, hiddenSize, maxSourcePositions } = config;
  const [media, , mel] = inputFeatures.shape;
  const frames = Math.floor(mel / 2);
  const kernel = (name: string, channels: number): readonly [Tensor, Tensor] => [
    source.weight(`${root}.${name}.weight`, [hiddenSize, channels, 3]),
    source.weight(`${root}.${name}.bias`, [hiddenSize]),
  ];
  const spectrogram = transpose(inputFeatures, [0, 2, 1]);
  const conv1 = convolveTime(spectrogram, ...kernel('conv1', numMelBins), {
    before: 1,
    after: 1 - (mel % 2),
  });
  const conv2 = convolveTimeByTwo(gelu(conv1), ...kernel('conv2', hiddenSize));
  const positions = source.weight(`${root}.embed_positions.weight`, [maxSourcePositions, hiddenSize]);

  let hidden = reshape(add(gelu(conv2), slice(positions, 0, 0, frames)), [media * frames, hiddenSize]);
  const hiddenStates: Tensor[] = [];
  for (let layer = 0; layer < config.numHiddenLayers; layer++) {
    hidden = encoderLayer(config, source, `${root}.layers.${layer}`, hidden, media, keyMask);
    hiddenStates.push(reshape(hidden, [media, frames, hiddenSize]));
  }
  const pooled = averagePairs(reshape(hidden, [media, frames, hiddenSize]));
  return { conv2, hiddenStates, encoderOutput: norm(config, source, `${root}.layer_norm`, pooled) };
}

/** Additive mask [media, 1, 1, frames] that hides frames without sound, of how many spectrogram frames hold sound. */
export function audioKeyMask(melLengths: readonly number[], frames: number): Float32Array {
  const mask = new Float32Array(melLengths.length * frames);
  melLengths.forEach((mel, medium) => {
    mask.fill(MASKED, medium * frames + Math.min(framesOfMel(mel), frames), (medium + 1) * frames);
  });
  return mask;
}

/** One pre-norm block on x [media * frames, width]. */
function encoderLayer(
  config: AudioEncoderConfig,
  source: ParameterSource,
  name: string,
  x: Tensor,
  media: number,
  keyMask: Tensor | undefined,
): Tensor {
  const attentionInput = norm(config, source, `${name}.self_attn_layer_norm`, x);
  const attended = add(x, selfAttention(config, source, `${name}.self_attn`, attentionInput, media, keyMask));
  const blockInput = norm(config, source, `${name}.final_layer_norm`, attended);
  const inner = activate(
    config.activation,
    source.linear(blockInput, `${name}.fc1`, config.intermediateSize, true),
  );
  return add(attended, source.linear(inner, `${name}.fc2`, config.hiddenSize, true));
}

function norm(config: AudioEncoderConfig, source: ParameterSource, name: string, x: Tensor): Tensor {
  const shape = [config.hiddenSize];
  return layerNorm(
    x,
    source.weight(`${name}.weight`, shape),
    source.weight(`${name}.bias`, shape),
    LAYER_NORM_EPS,
  );
}

function selfAttention(
  config: AudioEncoderConfig,
  source: ParameterSource,
  name: string,
  x: Tensor,
  media: number,
  keyMask: Tensor | undefined,
): Tensor {
  const { hiddenSize, numAttentionHeads } = config;
  const headDim = hiddenSize / numAttentionHeads;
  const heads = (part: string, bias: boolean): Tensor => {
    const flat = source.linear(x, `${name}.${part}`, hiddenSize, bias);
    return transpose(reshape(flat, [media, -1, numAttentionHeads, headDim]), [0, 2, 1, 3]);
  };
  const query = mul(heads('q_proj', true), headDim ** -0.5);
  const scores = matmul(query, heads('k_proj', false), { transposeB: true });
  const weights = softmax(keyMask === undefined ? scores : add(scores, keyMask));
  const mixed = transpose(matmul(weights, heads('v_proj', true)), [0, 2, 1, 3]);
  return source.linear(reshape(mixed, [-1, hiddenSize]), `${name}.out_proj`, hiddenSize, true);
}
