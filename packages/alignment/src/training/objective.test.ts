import { createEngine, Graph, gradients } from '@sea-align/compute';
import { describe, expect, it } from 'vitest';

import type { AlignmentRow } from '../rows/alignment-row.js';
import { dpoObjective } from './dpo-objective.js';
import { type EncodedRow, encodeRows } from './encoded-row.js';
import type { Objective } from './objective.js';
import { sftObjective } from './sft-objective.js';
import { toyEncoder } from './toy-model.fixture.js';

const limits = { maxLength: 20, nllWeight: 2 };
const base = { sampleId: 's', harmful: true, origin: 'text' as const };
const rows: AlignmentRow[] = [
  { ...base, id: 'a', question: 'how to bomb', chosen: 'no', rejected: 'sure bomb bread' },
  { ...base, id: 'b', question: 'how to bread', chosen: 'sure bread', rejected: 'no', weight: 3 },
  { ...base, id: 'c', question: 'what this', response: 'this cup bread' },
];
const references = new Map([
  ['a', { chosen: -3, rejected: -2 }],
  ['b', { chosen: -1.5, rejected: -4 }],
  ['c', { chosen: -9, rejected: -9 }],
]);

/** Loss and gradient of the objective's graph for one log-probability a sequence, micro-batch by micro-batch. */
async function runGraph(
  objective: Objective,
  microBatches: EncodedRow[][],
  rowsPerMicroBatch: number,
  logProbs: number[],
): Promise<{ loss: number; gradient: number[] }> {
  const engine = await createEngine({ engine: 'reference' });
  const sequences = rowsPerMicroBatch * objective.sequencesPerRow;
  const graph = new Graph();
  const rowLogProb = graph.input('rowLogProb', [sequences]);
  const rowTargets = graph.input('rowTargets', [sequences]);
  const inputs = Object.fromEntries(
    Object.entries(objective.inputShapes(rowsPerMicroBatch)).map(([name, shape]) => [
      name,
      graph.input(name, shape),
    ]),
  );
  const loss = objective.buildLoss(graph, { rowLogProb, rowTargets, inputs });
  graph.output('loss', loss);
  graph.output('gradient', gradients(loss, [rowLogProb])[0]);
  const session = await engine.compile(graph);
  const result = { loss: 0, gradient: [] as number[] };
  let taken = 0;
  for (const [index, feed] of objective.feeds(microBatches, rowsPerMicroBatch).entries()) {
    const count = microBatches[index].length * objective.sequencesPerRow;
    const values = new Float32Array(sequences);
    values.set(logProbs.slice(taken, taken + count));
    taken += count;
    const out = await session.run({ rowLogProb: values, rowTargets: new Float32Array(sequences), ...feed });
    result.loss += Number(out.loss.data[0]);
    result.gradient.push(...Array.from(out.gradient.data, Number).slice(0, count));
  }
  await engine.dispose();
  return result;
}

describe('sftObjective', () => {
  it('has, as a graph over micro-batches, the loss of the whole step', async () => {
    const encoded = encodeRows(toyEncoder, rows, 'sft', limits);
    // Targets with <end>: 2 ("no"), 3, 4 tokens; weights 1, 3, 1: 2 + 9 + 4 = 15 weighted tokens.
    const logProbs = [-2, -3, -5];
    const expected = (2 + 3 * 3 + 5) / 15;
    const whole = await runGraph(sftObjective(), [encoded], 4, logProbs);
    const cut = await runGraph(sftObjective(), [encoded.slice(0, 1), encoded.slice(1)], 2, logProbs);
    expect(whole.loss).toBeCloseTo(expected, 6);
    expect(cut.loss).toBeCloseTo(expected, 6);
    [-1 / 15, -3 / 15, -1 / 15].forEach((slope, at) => {
      expect(whole.gradient[at]).toBeCloseTo(slope, 7);
      expect(cut.gradient[at]).toBeCloseTo(slope, 7);
    });
    expect(sftObjective().measure(encoded, logProbs).loss).toBeCloseTo(expected, 12);
  });
});

describe('dpoObjective', () => {
  const settings = { beta: 0.5, nllWeight: 2, references };
  const encoded = encodeRows(toyEncoder, rows, 'dpo', limits);
  const logProbs = [-2, -3, -2.5, -4.5, -6, -6];
  // a: h = (-2+3) - (-3+2) = 2, z = 1; b: h = (-2.5+4.5) - (-1.5+4) = -0.5, z = -0.25. Pair weights 1/4 and 3/4.
  const z = [1, -0.25];
  const softplus = (x: number): number => Math.log(1 + Math.exp(x));
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  const preference = softplus(-z[0]) / 4 + (3 * softplus(-z[1])) / 4;
  const nll = (2 + 3 * 2.5 + 6) / 15;
  const slopes = [(0.5 * sigmoid(-z[0])) / 4, (0.5 * 3 * sigmoid(-z[1])) / 4];
  const gradient = [-slopes[0] - 2 / 15, slopes[0], -slopes[1] - 6 / 15, slopes[1], -2 / 15, 0];

  it('has, as a graph over micro-batches, loss and gradient worked out by hand', async () => {
    for (const cut of [[encoded], [encoded.slice(0, 1), encoded.slice(1)], encoded.map((row) => [row])]) {
      const size = Math.max(...cut.map(({ length }) => length)) + 1;
      const result = await runGraph(dpoObjective(settings), cut, size, logProbs);
      expect(result.loss).toBeCloseTo(preference + 2 * nll, 6);
      gradient.forEach((slope, at) => expect(result.gradient[at]).toBeCloseTo(slope, 7));
    }
  });

  it('is the same in plain numbers, with rewards', () => {
    const { loss, metrics } = dpoObjective(settings).measure(encoded, logProbs);
    expect(loss).toBeCloseTo(preference + 2 * nll, 12);
    expect(metrics.dpoLoss).toBeCloseTo(preference, 12);
    expect(metrics.chosenNll).toBeCloseTo(nll, 12);
    expect(metrics.rewardAccuracy).toBe(0.5);
    expect(metrics.rewardMargin).toBeCloseTo((1 - 0.25) / 2, 12);
  });

  it('neither overflows nor stops learning far from zero', async () => {
    const plain = dpoObjective({ beta: 1, nllWeight: 0, references: new Map() });
    const pair = encodeRows(toyEncoder, rows.slice(0, 1), 'dpo', limits);
    const far = await runGraph(plain, [pair], 1, [-2000, -1]);
    expect(far.loss).toBeCloseTo(1999, 3);
    expect(far.gradient).toEqual([-1, 1]);
    const atStart = await runGraph(plain, [pair], 1, [-7, -7]);
    expect(atStart.loss).toBeCloseTo(Math.LN2, 6);
    expect(atStart.gradient[0]).toBeCloseTo(-0.5, 7);
  });
});

describe('encodeRows', () => {
  it('refuses what the method cannot use, naming the row', () => {
    expect(() => encodeRows(toyEncoder, [rows[2]], 'dpo', limits)).toThrow(
      /DPO needs rows with a chosen and a rejected/,
    );
    expect(() => encodeRows(toyEncoder, rows, 'dpo', { ...limits, nllWeight: 0 })).toThrow(
      /row "c" has no rejected answer/,
    );
    expect(() => encodeRows(toyEncoder, rows, 'sft', { ...limits, maxLength: 5 })).toThrow(
      /row "b" is 6 tokens long; at most 5/,
    );
    expect(() => encodeRows(toyEncoder, [rows[0], rows[0]], 'sft', limits)).toThrow(
      /two rows have the id "a"/,
    );
    expect(() => encodeRows(toyEncoder, [{ ...base, id: 'x', question: 'how' }], 'sft', limits)).toThrow(
      /row "x" has no answer/,
    );
  });
});
