import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inverseFrequencies, rotaryTables, rotateHalfMatrix } from './rotary.js';

describe('inverseFrequencies', () => {
  it('theta^(-2i/d), by hand: d = 4, theta = 100', () => {
    const frequencies = inverseFrequencies({ headDim: 4, ropeTheta: 100, ropeScaling: { type: 'default' } });
    expect([...frequencies]).toEqual([1, expect.closeTo(0.1, 7)]);
  });

  it('linear scaling divides', () => {
    const frequencies = inverseFrequencies({
      headDim: 4,
      ropeTheta: 100,
      ropeScaling: { type: 'linear', factor: 4 },
    });
    expect([...frequencies]).toEqual([0.25, expect.closeTo(0.025, 7)]);
  });

  it('llama3 scaling keeps short waves, divides long ones, blends between', () => {
    const ropeScaling = {
      type: 'llama3' as const,
      factor: 8,
      lowFreqFactor: 1,
      highFreqFactor: 4,
      originalMaxPositionEmbeddings: 32,
    };
    const frequencies = inverseFrequencies({ headDim: 8, ropeTheta: 10000, ropeScaling });
    // Wavelengths 2π, 20π, 200π, 2000π against 32/4 = 8 and 32/1 = 32: kept, divided, divided, divided.
    expect([...frequencies]).toEqual([1, 0.0125, 0.00125, 0.000125].map((value) => expect.closeTo(value, 8)));
    const [, blended] = inverseFrequencies({ headDim: 4, ropeTheta: 16, ropeScaling });
    // 0.25: wavelength 8π = 25.13, smooth = (32/25.13 - 1) / 3 = 0.091080; 0.90892 * 0.25 / 8 + 0.09108 * 0.25.
    expect(blended).toBeCloseTo(0.0511738, 6);
  });
});

describe('rotary tables', () => {
  it('hold cos and sin of position times frequency in both halves', () => {
    const { cos, sin } = rotaryTables({ headDim: 4, ropeTheta: 100, ropeScaling: { type: 'default' } }, [
      [0, 3],
    ]);
    expect([...cos].slice(0, 4)).toEqual([1, 1, 1, 1]);
    expect([...sin].slice(4)).toEqual(
      [0.14112, 0.29552, 0.14112, 0.29552].map((value) => expect.closeTo(value, 5)),
    );
  });

  it('with several axes, each turns its section of the channel pairs', () => {
    const config = { headDim: 8, ropeTheta: 10000, ropeScaling: { type: 'default' as const } };
    const positions = [[0, 5], [0, 2], [0, 9]]; // prettier-ignore
    const { cos, sin } = rotaryTables({ ...config, mropeSection: [1, 1, 2] }, positions);
    // Frequencies 1, 0.1, 0.01, 0.001; pairs 0, 1, 2 and 3 turn with axes 0, 1, 2 and 2.
    const angles = [5 * 1, 2 * 0.1, 9 * 0.01, 9 * 0.001];
    const half = (of: (angle: number) => number) => angles.map((angle) => expect.closeTo(of(angle), 5));
    expect([...cos].slice(8)).toEqual([...half(Math.cos), ...half(Math.cos)]);
    expect([...sin].slice(8)).toEqual([...half(Math.sin), ...half(Math.sin)]);
    expect(rotaryTables({ ...config, mropeSection: [1, 1, 2] }, [[7], [7], [7]])).toEqual(
      rotaryTables(config, [[7]]),
    );
  });

  it('x R is rotate_half(x), and rotation keeps dot products of equal distance', () => {
    expect([...rotateHalfMatrix(4)]).toEqual([0, 0, 1, 0, 0, 0, 0, 1, -1, 0, 0, 0, 0, -1, 0, 0]);
    const rotate = (x: number[], position: number): number[] => {
      const { cos, sin } = rotaryTables({ headDim: 4, ropeTheta: 10000, ropeScaling: { type: 'default' } }, [
        [position],
      ]);
      const matrix = rotateHalfMatrix(4);
      return x.map((value, column) => {
        const half = x.reduce((sum, other, row) => sum + other * matrix[row * 4 + column], 0);
        return value * cos[column] + half * sin[column];
      });
    };
    const dot = (a: number[], b: number[]): number => a.reduce((sum, value, at) => sum + value * b[at], 0);
    const vector = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(vector, vector, fc.nat(50), fc.nat(50), fc.nat(50), (q, k, m, n, shift) => {
        const near = dot(rotate(q, m), rotate(k, n));
        expect(dot(rotate(q, m + shift), rotate(k, n + shift))).toBeCloseTo(near, 4);
      }),
    );
  });
});
