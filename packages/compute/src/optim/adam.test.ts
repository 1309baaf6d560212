import { readFileSync } from 'node:fs';
import { ConfigError } from '@sea-align/core';
import { describe, expect, it } from 'vitest';
import { Adam, AdamW } from './adam.js';

type Named = Record<string, number[]>;
interface Trajectory {
  before: Named;
  grads: Named[];
  after: Named[];
}
const reference = JSON.parse(
  readFileSync(new URL('./pytorch.fixture.json', import.meta.url), 'utf8'),
) as Record<'adam' | 'adamw' | 'adamwWeightOnly', Trajectory>;

const mapOf = (named: Named) =>
  new Map(Object.entries(named).map(([name, values]) => [name, Float32Array.from(values)]));

function largestDifference(optimiser: Adam, { before, grads, after }: Trajectory): number {
  const params = mapOf(before);
  let largest = 0;
  grads.forEach((grad, step) => {
    optimiser.step(params, mapOf(grad));
    for (const [name, values] of params) {
      values.forEach((value, i) => (largest = Math.max(largest, Math.abs(value - after[step][name][i]))));
    }
  });
  expect(grads.length).toBe(6);
  return largest;
}

describe('worked by hand', () => {
  // First step of Adam: the bias corrections cancel the (1 - beta)s, so m = g, v = g^2 and the step is lr * sign(g).
  it('moves by the learning rate against the sign of the gradient in the first step', () => {
    const params = new Map([['p', Float32Array.of(1, 1, 1)]]);
    new Adam({ learningRate: 0.1 }).step(params, new Map([['p', Float32Array.of(5, -0.001, 0)]]));
    expect([...params.get('p')!].map((value) => value.toFixed(5))).toEqual(['0.90000', '1.10000', '1.00000']);
  });

  // beta1 = beta2 = 0.5, g = 1 then 3: m = 0.5, 1.75; v = 0.5, 4.75; corrected by 0.75: m = 7/3, v = 19/3.
  it('takes the second step with corrected moments', () => {
    const params = new Map([['p', Float32Array.of(0)]]);
    const adam = new Adam({ learningRate: 0.25, beta1: 0.5, beta2: 0.5, eps: 0 });
    adam.step(params, new Map([['p', Float32Array.of(1)]]));
    expect(params.get('p')![0]).toBe(-0.25);
    adam.step(params, new Map([['p', Float32Array.of(3)]]), 0.5);
    expect(params.get('p')![0]).toBeCloseTo(-0.25 - (0.5 * (7 / 3)) / Math.sqrt(19 / 3), 6);
  });

  it('decays by learningRate * weightDecay before the step, only where the filter says so', () => {
    const params = new Map([
      ['weight', Float32Array.of(2)],
      ['bias', Float32Array.of(2)],
    ]);
    const zero = new Map([
      ['weight', Float32Array.of(0)],
      ['bias', Float32Array.of(0)],
    ]);
    const options = { learningRate: 0.5, weightDecay: 0.25, decayFilter: (name: string) => name !== 'bias' };
    new AdamW(options).step(params, zero);
    expect(params.get('weight')![0]).toBe(1.75);
    expect(params.get('bias')![0]).toBe(2);
  });
});

describe('against PyTorch', () => {
  it('Adam', () => {
    expect(largestDifference(new Adam({ learningRate: 0.01 }), reference.adam)).toBeLessThan(5e-7);
  });

  it('AdamW with its defaults', () => {
    expect(largestDifference(new AdamW({ learningRate: 0.01 }), reference.adamw)).toBeLessThan(5e-7);
  });

  it('AdamW with other betas and eps, decaying weights only', () => {
    const optimiser = new AdamW({
      learningRate: 0.05,
      beta1: 0.8,
      beta2: 0.95,
      eps: 1e-6,
      weightDecay: 0.1,
      decayFilter: (name) => name === 'weight',
    });
    expect(largestDifference(optimiser, reference.adamwWeightOnly)).toBeLessThan(1e-6);
  });
});

describe('state', () => {
  const { before, grads } = reference.adamw;

  it('continues bit by bit from a saved state', () => {
    const straight = mapOf(before);
    const whole = new AdamW();
    grads.forEach((grad) => whole.step(straight, mapOf(grad)));

    const resumed = mapOf(before);
    const first = new AdamW();
    grads.slice(0, 3).forEach((grad) => first.step(resumed, mapOf(grad)));
    const second = new AdamW();
    second.load(first.state());
    first.step(mapOf(before), mapOf(grads[0])); // must not reach into the loaded copy
    grads.slice(3).forEach((grad) => second.step(resumed, mapOf(grad)));

    expect(resumed).toEqual(straight);
    expect([...second.state().keys()].sort()).toEqual([...whole.state().keys()].sort());
    expect(second.state()).toEqual(whole.state());
  });

  it('refuses an incomplete state and one with strangers', () => {
    const adam = new Adam();
    adam.step(mapOf(before), mapOf(grads[0]));
    const state = adam.state();
    state.delete('bias.exp_avg');
    expect(() => new Adam().load(state)).toThrow(/'bias' is incomplete/);
    const more = adam.state();
    more.set('stranger', { data: Float32Array.of(1), shape: [1], dtype: 'float32' });
    expect(() => new Adam().load(more)).toThrow(/'stranger', which belongs to no parameter/);
  });

  it('starts a forgotten parameter anew', () => {
    const adam = new Adam({ learningRate: 0.1 });
    const grad = new Map([['p', Float32Array.of(2)]]);
    adam.step(new Map([['p', Float32Array.of(0)]]), new Map([['p', Float32Array.of(-7)]]));
    adam.forget('p');
    const params = new Map([['p', Float32Array.of(0, 0)]]);
    adam.step(params, new Map([['p', Float32Array.of(2, -2)]]));
    expect([...params.get('p')!].map((value) => value.toFixed(5))).toEqual(['-0.10000', '0.10000']);
    expect(() => adam.step(new Map([['p', Float32Array.of(0)]]), grad)).toThrow(/state 2/);
  });
});

it('names a gradient without parameter or of another length, and options out of range', () => {
  const adam = new Adam();
  expect(() => adam.step(new Map(), new Map([['x', Float32Array.of(1)]]))).toThrow(/'x'.*does not exist/);
  expect(() =>
    adam.step(new Map([['x', Float32Array.of(1, 2)]]), new Map([['x', Float32Array.of(1)]])),
  ).toThrow(/'x' has 1 elements, its parameter 2/);
  const fault = (() => {
    try {
      return new AdamW({ learningRate: -1, beta1: 1, eps: NaN, weightDecay: -2 });
    } catch (error) {
      return error;
    }
  })();
  expect(ConfigError.isInstance(fault) && fault.issues.map(({ path }) => path)).toEqual([
    'learningRate',
    'eps',
    'weightDecay',
    'beta1',
  ]);
});
