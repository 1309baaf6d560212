import {
  concat,
  gather,
  logSoftmax,
  matmul,
  neg,
  reshape,
  takeLast,
  type Graph,
  type Tensor,
} from '@sea-align/compute';
import type { TextConfig } from '../config/text-config.js';
import type { QueryBlock } from '../layers/attention.js';
import { causalBlocks } from '../layers/causal-blocks.js';
import { buildFinalNorm, decoderLayers, type LayerBuilder } from '../layers/decoder.js';
import { layerWindow } from '../layers/decoder-masks.js';
import type { ParameterSource } from '../layers/parameter-source.js';
import { buildLmHead, embedTokens } from '../layers/word-embeddings.js';
import type { ModelPieces } from '../model-pieces.js';
import type { PackedShape } from './packed-sequence.js';

/** What the parts of a packed graph need; each declares the inputs that it reads. */
export interface PackedPart {
  graph: Graph;
  source: ParameterSource;
  model: Pick<ModelPieces, 'architecture' | 'config'>;
  shape: PackedShape;
}

/** Names of the mask inputs of a window. */
export function maskInputs(window: number): { suffix: string; target: string } {
  const name = window === Infinity ? '' : `_window_${window}`;
  return { suffix: `suffix_mask${name}`, target: `target_mask${name}` };
}

/** Attention windows that matter; Infinity for none. */
export function packedWindows(text: TextConfig, shape: PackedShape): number[] {
  return [...new Set(text.slidingWindows.map((_, layer) => layerWindow(text, layer, keysOf(shape))))];
}

/** Places [E | tree] of a row. */
export function packedLength({ geometry, suffix }: PackedShape): number {
  return geometry.tokens + suffix;
}

/** E [rows, embedding rows, width] and the words behind it, to what the first layer reads: [rows * length, text width]. */
export function buildPackedStart(part: PackedPart): { embeddings: Tensor; hidden: Tensor } {
  const { graph, source, model, shape } = part;
  const { rows, geometry, suffix } = shape;
  const { hiddenSize } = model.config.text;
  const embeddings = graph.input('embeddings', [rows, geometry.rows, geometry.width]);
  const projected = reshape(
    model.architecture.buildProjector(graph, model.config, source, geometry, embeddings),
    [rows, geometry.tokens, hiddenSize],
  );
  const words = embedTokens(model.config, source, graph.input('suffix_ids', [rows * suffix], 'int32'));
  const joined = concat([projected, reshape(words, [rows, suffix, hiddenSize])], 1);
  return { embeddings, hidden: reshape(joined, [rows * packedLength(shape), hiddenSize]) };
}

/**
 * The decoder's layers over packed rows, behind the keys and values of the prefix.
 * @param ofTargets the last layer is among those that are built: it is asked for target places only
 */
export function packedLayers(part: PackedPart, ofTargets: boolean): LayerBuilder {
  const { graph, source, model, shape } = part;
  const { rows, prefix, targets } = shape;
  const { text } = model.config;
  const length = packedLength(shape);
  const cos = graph.input('cos', [rows, 1, length, text.headDim]);
  const sin = graph.input('sin', [rows, 1, length, text.headDim]);
  const masks = packedMasks(graph, text, shape);
  const cached = [1, text.numKeyValueHeads, prefix, text.headDim];
  const wanted = (): NonNullable<Parameters<typeof decoderLayers>[3]['wanted']> => {
    const targetRows = graph.input('target_rows', [rows * targets], 'int32');
    const atTargets = (table: Tensor): Tensor =>
      reshape(gather(reshape(table, [rows * length, text.headDim]), targetRows), [
        rows,
        1,
        targets,
        text.headDim,
      ]);
    return {
      rows: targetRows,
      cos: atTargets(cos),
      sin: atTargets(sin),
      mask: (layer) => masks(layer).target(),
    };
  };
  return decoderLayers(graph, model.config, source, {
    batch: rows,
    cos,
    sin,
    mask: (layer) => masks(layer).blocks,
    past:
      prefix === 0
        ? undefined
        : (layer) => ({
            key: graph.input(`past_key.${layer}`, cached),
            value: graph.input(`past_value.${layer}`, cached),
          }),
    wanted: ofTargets ? wanted() : undefined,
  });
}

/** States of the target places [rows * targets, width] behind the last layer, to branch_nll [rows, branches]. */
export function buildPackedEnd(part: PackedPart, hidden: Tensor): Tensor {
  const { graph, source, model, shape } = part;
  const { rows, branches, targets } = shape;
  const finalNorm = buildFinalNorm(model.config, source, hidden);
  const logProbs = logSoftmax(buildLmHead(model.config, source, finalNorm));
  const picked = takeLast(logProbs, graph.input('target_ids', [rows * targets], 'int32'));
  const ofBranches = graph.input('target_weights', [rows, branches, targets]);
  return neg(reshape(matmul(ofBranches, reshape(picked, [rows, targets, 1])), [rows, branches]));
}

interface LayerMasks {
  /** E in causal blocks that see nothing behind them, then the tree. */
  blocks: QueryBlock[];
  /** [rows, 1, targets, prefix + tokens + suffix]. */
  target: () => Tensor;
}

/** Masks by layer. Those of E are constants; those of the tree are fed. */
function packedMasks(graph: Graph, text: TextConfig, shape: PackedShape): (layer: number) => LayerMasks {
  const { rows, prefix, geometry, suffix, targets } = shape;
  const { tokens } = geometry;
  const length = packedLength(shape);
  const keys = keysOf(shape);
  const byWindow = new Map<number, LayerMasks>();
  return (layer) => {
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
      target: () => graph.input(names.target, [rows, 1, targets, keys]),
    };
    byWindow.set(window, masks);
    return masks;
  };
}

function keysOf(shape: PackedShape): number {
  return shape.prefix + packedLength(shape);
}
