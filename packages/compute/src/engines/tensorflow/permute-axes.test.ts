import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tfjsUnderTest } from '../../test-support/tfjs-under-test.js';
import { mergeAxes, permuteAxes } from './permute-axes.js';
import { loadTfjs } from './load-tfjs.js';

const { tf } = await loadTfjs(tfjsUnderTest);

/** Element by element, from the definition: output axis i is input axis permutation[i]. */
function permuteByHand(shape: readonly number[], permutation: readonly number[]): number[] {
  const size = shape.reduce((a, b) => a * b, 1);
  const target = permutation.map((axis) => shape[axis]);
  return Array.from({ length: size }, (_, at) => {
    const place = new Array<number>(shape.length).fill(0);
    let rest = at;
    for (let axis = target.length - 1; axis >= 0; axis--) {
      place[permutation[axis]] = rest % target[axis];
      rest = Math.floor(rest / target[axis]);
    }
    return place.reduce((offset, index, axis) => offset * shape[axis] + index, 0);
  });
}

describe('permuteAxes', () => {
  it.each([
    // Attention heads: [batch, tokens, heads, width] -> [batch, heads, tokens, width] with a batch of one.
    [
      [1, 5, 2, 4],
      [0, 2, 1, 3],
      [5, 2, 4],
      [1, 0, 2],
    ],
    // Two axes that move together are one.
    [
      [2, 3, 4, 5],
      [2, 3, 0, 1],
      [6, 20],
      [1, 0],
    ],
    // Only extents of 1 change place.
    [[1, 4, 1, 3], [1, 2, 3, 0], [12], [0]],
    [[1, 1], [1, 0], [], []],
  ])('merges %j by %j', (shape, permutation, mergedShape, mergedPermutation) => {
    expect(mergeAxes(shape, permutation)).toEqual({ shape: mergedShape, permutation: mergedPermutation });
  });

  it('moves every element to its place, up to rank 7 (patches need 6)', () => {
    const cases = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 7 }).chain((shape) => {
      const axes = shape.map((_, axis) => axis);
      return fc.tuple(
        fc.constant(shape),
        fc.shuffledSubarray(axes, { minLength: axes.length, maxLength: axes.length }),
      );
    });
    fc.assert(
      fc.property(cases, ([shape, permutation]) => {
        const size = shape.reduce((a, b) => a * b, 1);
        tf.tidy(() => {
          const x = tf.reshape(tf.range(0, size), shape);
          const y = permuteAxes(tf, x, permutation);
          expect(y.shape).toEqual(permutation.map((axis) => shape[axis]));
          expect([...y.dataSync()]).toEqual(permuteByHand(shape, permutation));
        });
      }),
      { numRuns: 150 },
    );
  });
});
