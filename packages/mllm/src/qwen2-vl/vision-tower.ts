import {
  add,
  layerNorm,
  matmul,
  mul,
  reshape,
  slice,
  transpose,
  type Graph,
  type Tensor,
} from '@sea-align/compute';
import { activate } from '../layers/activation.js';
import type { ParameterSource } from '../layers/parameter-source.js';
import { rotateHalfMatrix } from '../layers/rotary.js';
import { frameAttention } from './frame-attention.js';
import { gridPatches, type Grid } from './grid.js';
import { patchWidth, type Qwen2VLVisionConfig } from './vision-config.js';
import { visionRotaryTables } from './vision-rotary.js';

/** HF fixes the epsilon of every norm of the tower. */
export const LAYER_NORM_EPS = 1e-6;

/**
 * Qwen2-VL's vision transformer up to its last block (HF `Qwen2VisionTransformerPretrainedModel` before the merger), on media
 * of one grid. Patches of one frame (of one temporal patch) see each other and nothing else.
 * @param pixelValues [media, t * h * w, patch width]: flattened patches in merge order, as HF's image processor lays them
 * @returns the patch embeddings and the states after each block, each [media * t * h * w, embedDim]; the last one is E
 */
export function buildQwen2VLTower(
  graph: Graph,
  config: Qwen2VLVisionConfig,
  source: ParameterSource,
  pixelValues: Tensor,
  grid: Grid,
): Tensor[] {
  const rotation = visionRotation(graph, config, grid);
  let hidden = embedPatches(config, source, pixelValues);
  const frames = (hidden.shape[0] / gridPatches(grid)) * grid.t;
  const states = [hidden];
  for (let block = 0; block < config.depth; block++) {
    const name = `visual.blocks.${block}`;
    const normed = norm(config, source, `${name}.norm1`, hidden);
    const attended = add(hidden, selfAttention(config, source, `${name}.attn`, normed, { frames, rotation }));
    hidden = add(attended, mlp(config, source, name, attended));
    states.push(hidden);
  }
  return states;
}

/** The convolution whose stride is its kernel, as one product. */
function embedPatches(config: Qwen2VLVisionConfig, source: ParameterSource, pixelValues: Tensor): Tensor {
  const { embedDim, inChannels, temporalPatchSize, patchSize } = config;
  const width = patchWidth(config);
  const kernel = source.weight('visual.patch_embed.proj.weight', [
    embedDim,
    inChannels,
    temporalPatchSize,
    patchSize,
    patchSize,
  ]);
  return matmul(reshape(pixelValues, [-1, width]), reshape(kernel, [embedDim, width]), { transposeB: true });
}

function norm(config: Qwen2VLVisionConfig, source: ParameterSource, name: string, x: Tensor): Tensor {
  const shape = [config.embedDim];
  return layerNorm(
    x,
    source.weight(`${name}.weight`, shape),
    source.weight(`${name}.bias`, shape),
    LAYER_NORM_EPS,
  );
}

function mlp(config: Qwen2VLVisionConfig, source: ParameterSource, name: string, x: Tensor): Tensor {
  const normed = norm(config, source, `${name}.norm2`, x);
  const inner = source.linear(normed, `${name}.mlp.fc1`, config.mlpDim, true);
  return source.linear(activate(config.hiddenAct, inner), `${name}.mlp.fc2`, config.embedDim, true);
}

/** cos and sin [h * w, headDim] for queries (with the score's scale folded in) and keys. */
interface VisionRotation {
  half: Tensor;
  query: { cos: Tensor; sin: Tensor };
  key: { cos: Tensor; sin: Tensor };
}

function visionRotation(graph: Graph, config: Qwen2VLVisionConfig, grid: Grid): VisionRotation {
  const headDim = config.embedDim / config.numHeads;
  const tables = visionRotaryTables(grid, headDim, config.spatialMergeSize);
  const shape = [grid.h * grid.w, headDim];
  const scale = headDim ** -0.5;
  const table = (values: Float32Array): Tensor => graph.constant(values, shape);
  return {
    half: graph.constant(rotateHalfMatrix(headDim), [headDim, headDim]),
    query: {
      cos: table(tables.cos.map((value) => value * scale)),
      sin: table(tables.sin.map((value) => value * scale)),
    },
    key: { cos: table(tables.cos), sin: table(tables.sin) },
  };
}

/** Attention within each frame: HF's block-diagonal `cu_seqlens`, as a batch of frames. */
function selfAttention(
  config: Qwen2VLVisionConfig,
  source: ParameterSource,
  name: string,
  x: Tensor,
  { frames, rotation }: { frames: number; rotation: VisionRotation },
): Tensor {
  const { embedDim, numHeads } = config;
  const headDim = embedDim / numHeads;
  const patches = x.shape[0] / frames;
  const joint = reshape(source.linear(x, `${name}.qkv`, embedDim * 3, true), [
    frames,
    patches,
    3,
    numHeads,
    headDim,
  ]);
  const [query, key, value] = [0, 1, 2].map((part) =>
    transpose(reshape(slice(joint, 2, part, part + 1), [frames, patches, numHeads, headDim]), [0, 2, 1, 3]),
  );
  const rotate = (states: Tensor, { cos, sin }: { cos: Tensor; sin: Tensor }): Tensor =>
    add(mul(states, cos), mul(matmul(states, rotation.half), sin));
  const mixed = frameAttention(rotate(query, rotation.query), rotate(key, rotation.key), value);
  return source.linear(reshape(mixed, [frames * patches, embedDim]), `${name}.proj`, embedDim, true);
}
