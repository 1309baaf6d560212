import {
  add,
  broadcastTo,
  concat,
  layerNorm,
  matmul,
  mul,
  reshape,
  slice,
  softmax,
  transpose,
  type Tensor,
} from '@sea-align/compute';
import { patchesPerSide, visionSequenceLength, type ClipVisionConfig } from './clip-vision-config.js';
import { featureLayerIndices, type LlavaConfig } from './llava-config.js';
import { activate } from '../layers/activation.js';
import type { ParameterSource } from '../layers/parameter-source.js';

const root = 'vision_tower.vision_model';

/**
 * CLIP's ViT up to hidden state `layers` (HF `CLIPVisionTransformer`; post_layernorm is not part of any hidden state).
 * @param pixelValues [images, channels, H, W]
 * @returns hidden states 0..layers, each [images, 1 + patches, width]; 0 is the embeddings after pre_layrnorm
 */
export function buildVisionTower(
  config: ClipVisionConfig,
  source: ParameterSource,
  pixelValues: Tensor,
  layers: number = config.numHiddenLayers,
): Tensor[] {
  const images = pixelValues.shape[0];
  const tokens = visionSequenceLength(config);
  const width = config.hiddenSize;
  let hidden = embedPatches(config, source, pixelValues);
  hidden = norm(source, `${root}.pre_layrnorm`, reshape(hidden, [images * tokens, width]), config);
  const states = [hidden];
  for (let layer = 0; layer < layers; layer++) {
    hidden = encoderLayer(config, source, `${root}.encoder.layers.${layer}`, hidden, images);
    states.push(hidden);
  }
  return states.map((state) => reshape(state, [images, tokens, width]));
}

/** M: the hidden states that the config selects, concatenated on the width, [images, tokens, embedding width]. */
export function selectFeatures(config: LlavaConfig, hiddenStates: readonly Tensor[]): Tensor {
  const start = config.visionFeatureSelectStrategy === 'full' ? 0 : 1;
  const selected = featureLayerIndices(config).map((layer) => slice(hiddenStates[layer], 1, start));
  return concat(selected, 2);
}

/** The stride-P convolution of P x P patches, as one product; class token first; position embeddings added. */
function embedPatches(config: ClipVisionConfig, source: ParameterSource, pixelValues: Tensor): Tensor {
  const { patchSize, numChannels, hiddenSize } = config;
  const images = pixelValues.shape[0];
  const side = patchesPerSide(config);
  const used = side * patchSize;
  const cropped = slice(slice(pixelValues, 2, 0, used), 3, 0, used);
  const blocks = reshape(cropped, [images, numChannels, side, patchSize, side, patchSize]);
  const patches = reshape(transpose(blocks, [0, 2, 4, 1, 3, 5]), [
    images * side * side,
    numChannels * patchSize * patchSize,
  ]);
  const kernel = source.weight(`${root}.embeddings.patch_embedding.weight`, [
    hiddenSize,
    numChannels,
    patchSize,
    patchSize,
  ]);
  const flatKernel = reshape(kernel, [hiddenSize, numChannels * patchSize * patchSize]);
  const embedded = reshape(matmul(patches, flatKernel, { transposeB: true }), [
    images,
    side * side,
    hiddenSize,
  ]);
  const classToken = reshape(source.weight(`${root}.embeddings.class_embedding`, [hiddenSize]), [
    1,
    1,
    hiddenSize,
  ]);
  const positions = source.weight(`${root}.embeddings.position_embedding.weight`, [
    visionSequenceLength(config),
    hiddenSize,
  ]);
  return add(concat([broadcastTo(classToken, [images, 1, hiddenSize]), embedded], 1), positions);
}

function norm(source: ParameterSource, name: string, x: Tensor, config: ClipVisionConfig): Tensor {
  const width = config.hiddenSize;
  return layerNorm(
    x,
    source.weight(`${name}.weight`, [width]),
    source.weight(`${name}.bias`, [width]),
    config.layerNormEps,
  );
}

/** One pre-norm block on x [images * tokens, width]. */
function encoderLayer(
  config: ClipVisionConfig,
  source: ParameterSource,
  name: string,
  x: Tensor,
  images: number,
): Tensor {
  const attended = add(
    x,
    selfAttention(config, source, name, norm(source, `${name}.layer_norm1`, x, config), images),
  );
  const inner = source.linear(
    norm(source, `${name}.layer_norm2`, attended, config),
    `${name}.mlp.fc1`,
    config.intermediateSize,
    true,
  );
  return add(
    attended,
    source.linear(activate(config.hiddenAct, inner), `${name}.mlp.fc2`, config.hiddenSize, true),
  );
}

function selfAttention(
  config: ClipVisionConfig,
  source: ParameterSource,
  name: string,
  x: Tensor,
  images: number,
): Tensor {
  const { hiddenSize, numAttentionHeads } = config;
  const headDim = hiddenSize / numAttentionHeads;
  const tokens = visionSequenceLength(config);
  const heads = (part: string): Tensor =>
    transpose(
      reshape(source.linear(x, `${name}.self_attn.${part}`, hiddenSize, true), [
        images,
        tokens,
        numAttentionHeads,
        headDim,
      ]),
      [0, 2, 1, 3],
    );
  const query = mul(heads('q_proj'), headDim ** -0.5);
  const weights = softmax(matmul(query, heads('k_proj'), { transposeB: true }));
  const mixed = transpose(matmul(weights, heads('v_proj')), [0, 2, 1, 3]);
  return source.linear(
    reshape(mixed, [images * tokens, hiddenSize]),
    `${name}.self_attn.out_proj`,
    hiddenSize,
    true,
  );
}
