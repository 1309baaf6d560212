import {
  add,
  createEngine,
  type Engine,
  gather,
  Graph,
  gradients,
  logSoftmax,
  matmul,
  mul,
  reshape,
  sum,
  takeLast,
} from '@sea-align/compute';
import type { Embedding, SequenceRow, SequenceTrainer } from '@sea-align/mllm';

import { flatModel } from '../rows/flat-geometry.fixture.js';
import type { PromptEncoder } from './encoded-row.js';
import type { Objective } from './objective.js';

const vocabulary = ['<end>', 'how', 'to', 'bomb', 'bread', 'this', 'no', 'sure', 'cup', 'what'];
export const toyWidth = 3;
const longest = 8;

/** Token ids by word; unknown words are an error. */
export const toyEncoder: PromptEncoder = {
  ...flatModel(toyWidth),
  prompt: ({ question, medium }) => ({ ids: idsOf(question), mediumAt: medium === undefined ? -1 : 0 }),
  answerIds: (text) => [...idsOf(text), 0],
};

function idsOf(text: string): number[] {
  return text.split(' ').map((word) => {
    const id = vocabulary.indexOf(word);
    if (id === -1) throw new Error(`"${word}" is not a toy word`);
    return id;
  });
}

/** Start values of the toy model, different from each other but small. */
export function toyParameters(): Map<string, Float32Array> {
  const values = (length: number, phase: number): Float32Array =>
    Float32Array.from({ length }, (_, index) => 0.3 * Math.sin(phase + 1.7 * index));
  return new Map([
    ['table', values(vocabulary.length ** 2, 0)],
    ['projector', values(toyWidth * vocabulary.length, 1)],
  ]);
}

/**
 * A sequence trainer with the contract of mllm's, over a model small enough to check by eye: the next token's logits are
 * table[previous token] + embedding @ projector.
 */
export async function createToyTrainer(
  objective: Objective,
  microBatch: number,
  engine?: Engine,
): Promise<SequenceTrainer> {
  const owned = engine ?? (await createEngine({ engine: 'reference' }));
  const size = vocabulary.length;
  const graph = new Graph();
  const table = graph.input('table', [size, size]);
  const projector = graph.input('projector', [toyWidth, size]);
  const previous = graph.input('previous', [microBatch, longest], 'int32');
  const targets = graph.input('targets', [microBatch, longest], 'int32');
  const mask = graph.input('mask', [microBatch, longest]);
  const embedding = graph.input('embedding', [microBatch, toyWidth]);
  const shift = reshape(matmul(embedding, projector), [microBatch, 1, size]);
  const logProbs = takeLast(logSoftmax(add(gather(table, previous), shift)), targets);
  const rowLogProb = sum(mul(logProbs, mask), [1]);
  const rowsPerMicroBatch = microBatch / objective.sequencesPerRow;
  const inputs = Object.fromEntries(
    Object.entries(objective.inputShapes(rowsPerMicroBatch)).map(([name, shape]) => [
      name,
      graph.input(name, shape),
    ]),
  );
  const loss = objective.buildLoss(graph, { rowLogProb, rowTargets: sum(mask, [1]), inputs });
  const [tableGradient, projectorGradient] = gradients(loss, [table, projector]);
  graph.output('loss', loss);
  graph.output('rowLogProb', rowLogProb);
  graph.output('gradient/table', tableGradient);
  graph.output('gradient/projector', projectorGradient);
  const session = await owned.compile(graph, { label: 'toy trainer' });
  const noInputs = Object.fromEntries(
    Object.entries(objective.inputShapes(rowsPerMicroBatch)).map(([name, shape]) => [
      name,
      new Float32Array(shape.reduce((product, length) => product * length, 1)),
    ]),
  );

  const run = async (
    rows: readonly SequenceRow[],
    parameters: ReadonlyMap<string, Float32Array>,
    extra: Record<string, Float32Array>,
  ) => session.run({ ...feedsOf(rows, microBatch), ...Object.fromEntries(parameters), ...extra });
  return {
    async step(rows, parameters, extra = {}) {
      const out = await run(rows, parameters, extra);
      return {
        loss: Number(out.loss.data[0]),
        rowLogProb: Float32Array.from(out.rowLogProb.data, Number).subarray(0, rows.length),
        gradients: new Map(
          ['table', 'projector'].map((name) => [
            name,
            Float32Array.from(out[`gradient/${name}`].data, Number),
          ]),
        ),
      };
    },
    async score(rows, parameters) {
      const out = await run(rows, parameters, noInputs);
      return Float32Array.from(out.rowLogProb.data, Number).subarray(0, rows.length);
    },
    release: () => (engine === undefined ? owned.dispose() : session.release()),
  };
}

function feedsOf(rows: readonly SequenceRow[], microBatch: number) {
  if (rows.length > microBatch) throw new Error(`${rows.length} rows in a micro-batch of ${microBatch}`);
  const previous = new Int32Array(microBatch * longest);
  const targets = new Int32Array(microBatch * longest);
  const mask = new Float32Array(microBatch * longest);
  const embedding = new Float32Array(microBatch * toyWidth);
  rows.forEach((row, index) => {
    const ids = [...row.promptIds, ...row.targetIds];
    row.targetIds.forEach((target, position) => {
      const at = index * longest + position;
      previous[at] = ids[row.promptIds.length + position - 1];
      targets[at] = target;
      mask[at] = 1;
    });
    if (row.embedding !== undefined) embedding.set((row.embedding as Embedding).values, index * toyWidth);
  });
  return { previous, targets, mask, embedding };
}
