import {
  Graph,
  concat,
  gather,
  gradients,
  logSoftmax,
  matmul,
  mul,
  neg,
  reshape,
  sum,
  takeLast,
  type Tensor,
} from '@sea-align/compute';
import type { QueryBlock } from '../layers/attention.js';
import { causalBlocks } from '../layers/causal-blocks.js';
import { buildDecoder } from '../layers/decoder.js';
import { layerWindow } from '../layers/decoder-masks.js';
import { FrozenParameters } from '../layers/parameter-source.js';
import { buildLmHead, embedTokens } from '../layers/word-embeddings.js';
import type { ModelPieces } from '../model-pieces.js';
import type { PackedShape } from './packed-sequence.js';

export interface PackedProgram {
  graph: Graph;
  /** Attention windows that matter; Infinity for none. */
  windows: readonly number[];
}

/** Names of the mask inputs of a window. */
export function maskInputs(window: number): { suffix: string; target: string } {
  const name = window === Infinity ? '' : `_window_${window}`;
  return { suffix: `suffix_mask${name}`, target: `target_mask${name}` };
}

/** Packed rows to branch_nll [rows, branches] and gradient [rows, embedding rows, width] of the mean over branches. */
export function buildPackedProgram(
  { architecture, config, weights }: ModelPieces,
  shape: PackedShape,
): PackedProgram {
  const { rows, prefix, geometry, suffix, branches, targets } = shape;
  const { text } = config;
  const { tokens } = geometry;
  const length = tokens + suffix;
  const graph = new Graph();
  const source = new FrozenParameters(graph, weights);
  const embeddings = graph.input('embeddings', [rows, geometry.rows, geometry.width]);
  const projected = reshape(architecture.buildProjector(graph, config, source, geometry, embeddings), [
    rows,
    tokens,
    text.hiddenSize,
  ]);
  const words = embedTokens(config, source, graph.input('suffix_ids', [rows * suffix], 'int32'));
  const joined = concat([projected, reshape(words, [rows, suffix, text.hiddenSize])], 1);
  const cos = graph.input('cos', [rows, 1, length, text.headDim]);
  const sin = graph.input('sin', [rows, 1, length, text.headDim]);
  const masks = packedMasks(graph, text, shape);
  const cached = [1, text.numKeyValueHeads, prefix, text.headDim];
  const places = rows * targets;
  const targetRows = graph.input('target_rows', [places], 'int32');
  const atTargets = (table: Tensor): Tensor =>
    reshape(gather(reshape(table, [rows * length, text.headDim]), targetRows), [
      rows,
      1,
      targets,
      text.headDim,
    ]);
  const decoded = buildDecoder(graph, config, source, {
    inputsEmbeds: reshape(joined, [rows * length, text.hiddenSize]),
    batch: rows,
    cos,
    sin,
    mask: (layer) => masks.of(layer).blocks,
    past:
      prefix === 0
        ? undefined
        : Array.from({ length: text.numHiddenLayers }, (_, layer) => ({
            key: graph.input(`past_key.${layer}`, cached),
            value: graph.input(`past_value.${layer}`, cached),
          })),
    wanted: {
      rows: targetRows,
      cos: atTargets(cos),
      sin: atTargets(sin),
      mask: (layer) => masks.of(layer).target,
    },
  });
  const logProbs = logSoftmax(buildLmHead(config, source, decoded.finalNorm));
  const picked = takeLast(logProbs, graph.input('target_ids', [places], 'int32'));
  const ofBranches = graph.input('target_weights', [rows, branches, targets]);
  const branchNll = neg(reshape(matmul(ofBranches, reshape(picked, [rows, targets, 1])), [rows, branches]));
  graph.output('branch_nll', branchNll);
  const [gradient] = gradients(mul(sum(branchNll), 1 / branches), [embeddings]);
  graph.output('gradient', gradient);
  return { graph, windows: masks.windows };
}

interface LayerMasks {
  /** E in causal blocks that see nothing behind them, then the tree. */
  blocks: QueryBlock[];
  /** [rows, 1, targets, prefix + tokens + suffix]. */
  target: Tensor;
}

/** Masks by layer. Those of E are constants; those of the tree are fed. */
function packedMasks(
  graph: Graph,
  text: ModelPieces['config']['text'],
  { rows, prefix, geometry: { tokens }, suffix, targets }: PackedShape,
): { of: (layer: number) => LayerMasks; windows: number[] } {
  const length = tokens + suffix;
  const keys = prefix + length;
  const byWindow = new Map<number, LayerMasks>();
  const of = (layer: number): LayerMasks => {
    const window = layerWindow(text, layer, keys);
    const known = byWindow.get(window);
    if (known !== undefined) return known;
    const names = maskInputs(window);
    const tree = graph.input(names.suffix, [rows, 1, suffix, keys]);
    const masks = {
      blocks: [
        ...causalBlocks(graph, { queries: tokens, before: prefix, window }),
        { start: tokens, end: length, keys, mask: tree },
      ],
      target: graph.input(names.target, [rows, 1, targets, keys]),
    };
    byWindow.set(window, masks);
    return masks;
  };
  for (let layer = 0; layer < text.numHiddenLayers; layer++) of(layer);
  return { of, windows: [...byWindow.keys()] };
}
