import type { NodeOf } from '../graph/node.js';
import { sameShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { addN } from '../ops/arithmetic.js';
import { concat } from '../ops/slicing.js';

/**
 * Sums the contributions to one gradient. Slices of a tensor contribute zero-padded pieces; where pieces tile the whole
 * axis (heads split apart, the halves of a rotary embedding) they are joined instead of padded and summed.
 */
export function accumulate(contributions: readonly Tensor[]): Tensor {
  const rest: Tensor[] = [];
  const byAxis = new Map<number, NodeOf<'pad'>[]>();
  for (const tensor of contributions) {
    const piece = zeroPadding(tensor);
    if (!piece) {
      rest.push(tensor);
      continue;
    }
    const list = byAxis.get(piece.attributes.axis) ?? [];
    list.push(piece);
    byAxis.set(piece.attributes.axis, list);
  }
  for (const pieces of byAxis.values()) rest.push(...joinPieces(pieces));
  return addN(rest);
}

function zeroPadding({ source }: Tensor): NodeOf<'pad'> | undefined {
  return source.kind === 'operation' && source.node.op === 'pad' && source.node.attributes.value === 0
    ? source.node
    : undefined;
}

function joinPieces(pieces: readonly NodeOf<'pad'>[]): Tensor[] {
  const sorted = [...pieces].sort((a, b) => a.attributes.before - b.attributes.before);
  const { axis } = sorted[0].attributes;
  const total = sorted[0].output.shape;
  let offset = 0;
  for (const { attributes, inputs } of sorted) {
    if (attributes.before !== offset) return sorted.map(({ output }) => output);
    offset += inputs[0].shape[axis];
  }
  if (offset !== total[axis]) return sorted.map(({ output }) => output);
  const joined = concat(
    sorted.map(({ inputs }) => inputs[0]),
    axis,
  );
  return sameShape(joined.shape, total) ? [joined] : sorted.map(({ output }) => output);
}
