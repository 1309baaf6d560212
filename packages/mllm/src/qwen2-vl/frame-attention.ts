import { concat, matmul, slice, softmax, transpose, type Tensor } from '@sea-align/compute';

/** Scores that are held at once: 512 MiB. A frame of a large photo, or all frames of a long video, would need many times that. */
const MAX_SCORES = 2 ** 27;

/**
 * Full attention within each frame, a few frames at a time, or a part of a frame's queries where one frame alone is too much.
 * The result is the same however it is cut.
 * @param query scaled; all three [frames, heads, patches, headDim]
 * @returns [frames, patches, heads, headDim]
 */
export function frameAttention(query: Tensor, key: Tensor, value: Tensor, maxScores = MAX_SCORES): Tensor {
  const [frames, heads, patches] = query.shape;
  const framesAtOnce = Math.max(1, Math.floor(maxScores / (heads * patches * patches)));
  const queriesAtOnce = Math.max(1, Math.floor(maxScores / (framesAtOnce * heads * patches)));
  const mixed = inParts(frames, framesAtOnce, 0, (from, to) => {
    const [keys, values] = [part(key, 0, from, to), part(value, 0, from, to)];
    return inParts(patches, queriesAtOnce, 2, (first, last) => {
      const queries = part(part(query, 0, from, to), 2, first, last);
      return matmul(softmax(matmul(queries, keys, { transposeB: true })), values);
    });
  });
  return transpose(mixed, [0, 2, 1, 3]);
}

/** Results for ranges of at most `size`, joined along an axis. */
function inParts(
  length: number,
  size: number,
  axis: number,
  build: (from: number, to: number) => Tensor,
): Tensor {
  if (length <= size) return build(0, length);
  const parts: Tensor[] = [];
  for (let from = 0; from < length; from += size) parts.push(build(from, Math.min(length, from + size)));
  return concat(parts, axis);
}

function part(x: Tensor, axis: number, from: number, to: number): Tensor {
  return from === 0 && to === x.shape[axis] ? x : slice(x, axis, from, to);
}
