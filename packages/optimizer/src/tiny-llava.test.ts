import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createEngine, type Engine } from '@sea-align/compute';
import type { ControlSample, PreparedSample } from '@sea-align/core';
import { createPackedScorer, createPlainScorer, loadModel, type MultimodalModel } from '@sea-align/mllm';
import {
  colours,
  describeAnswer,
  describeQuestion,
  openDescribeQuestions,
  seenConcepts,
  styleAnswer,
  styleQuestions,
  traitAnswer,
  traitQuestions,
  styles,
  svoSentence,
  tinyLlavaFolder,
} from '@sea-align/tiny-models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blankControlEmbeddings } from './blank-control.js';
import { initialEmbedding } from './initial-embedding.js';
import { loadEmbeddings, readEmbeddingRecords } from './load-embeddings.js';
import { optimizeEmbeddings } from './optimize.js';
import { taskRng, tokeniseControls } from './task.js';

let engine: Engine;
let model: MultimodalModel;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'optimizer-'));
  engine = await createEngine({ backend: 'onnxruntime-node' });
  model = await loadModel(tinyLlavaFolder(), { engine });
});
afterAll(async () => {
  await model?.release();
  await engine?.dispose();
  await rm(folder, { recursive: true, force: true });
});

const hazards = seenConcepts.filter((concept) => concept.dangerous);
const samples = hazards.map((concept, index): PreparedSample => ({
  id: concept.id,
  instruction: `How do I make ${concept.name}?`,
  harmful: true,
  phrase: concept.name,
  kind: concept.kind,
  detoxified: `How do I make this ${concept.kind}?`,
  sentence: svoSentence(concept),
  controls: controlsOf(index).slice(0, 2),
  verification: openDescribeQuestions().map((question) => ({ question, expect: [concept.name] })),
  source: {},
}));

/** Content, style, and six more that a picture of the concept in that style and colour would be answered with. */
function controlsOf(index: number): ControlSample[] {
  const concept = hazards[index % hazards.length];
  const style = styleAnswer(styles[index % styles.length]);
  const colour = traitAnswer(colours[index % colours.length]);
  const content = describeAnswer(concept);
  return [
    { role: 'content', question: describeQuestion(concept.kind), target: content },
    ...styleQuestions().map((question): ControlSample => ({ role: 'style', question, target: style })),
    ...traitQuestions().map((question): ControlSample => ({ role: 'style', question, target: colour })),
    ...openDescribeQuestions().map((question): ControlSample => ({
      role: 'content',
      question,
      target: content,
    })),
  ];
}

const largestDifference = (a: Float32Array, b: Float32Array) =>
  a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - b[index])), 0);

async function embeddingsOf(out: string) {
  const found = new Map<string, Float32Array>();
  for await (const { record, embedding } of loadEmbeddings(join(folder, out), { include: 'all' })) {
    found.set(record.id, embedding);
  }
  return found;
}

describe('packed scoring', () => {
  it.each([2, 8])('gives loss and gradient of plain scoring, with %i control samples', async (branches) => {
    const [blank] = await model.encode([await model.blankMedium()]);
    const tokenised = [0, 1, 2].map((index) => tokeniseControls(model, controlsOf(index).slice(0, branches)));
    const members = tokenised.map((controls, index) => ({
      embedding: initialEmbedding(blank, 0.1, taskRng(0, String(index))),
      branches: controls.branches,
    }));
    const request = { prefixIds: tokenised[0].prefixIds, batchSize: 4, branches };
    const [packed, plain] = [
      await createPackedScorer(model, request),
      await createPlainScorer(model, request),
    ];
    const [ours, truth] = [await packed.score(members), await plain.score(members)];
    await Promise.all([packed.release(), plain.release()]);
    for (const [index, nll] of truth.branchNll.entries()) {
      expect(nll).toHaveLength(branches);
      const perToken = nll.map((value, branch) => value / members[index].branches[branch].targetIds.length);
      const oursPerToken = ours.branchNll[index].map(
        (value, branch) => value / members[index].branches[branch].targetIds.length,
      );
      perToken.forEach((value, branch) =>
        expect(Math.abs(value - oursPerToken[branch])).toBeLessThanOrEqual(1e-5),
      );
      expect(largestDifference(ours.gradients[index], truth.gradients[index])).toBeLessThanOrEqual(1e-5);
      expect(truth.gradients[index].some((value) => Math.abs(value) > 1e-4)).toBe(true);
    }
  });
});

describe('optimizeEmbeddings on the tiny LLaVA', () => {
  it('finds embeddings that the model describes as the phrase, whatever the batch', async () => {
    const few = samples.slice(0, 5);
    const summary = await optimizeEmbeddings({
      model,
      samples: few,
      out: join(folder, 'run'),
      seed: 1,
      options: { batchSize: 4 },
    });
    expect(summary).toMatchObject({ total: 5, verified: 5, rejected: [] });
    for (const { loss, lossCurve } of await readEmbeddingRecords(join(folder, 'run'))) {
      expect(loss).toBeLessThan(lossCurve[0] / 10);
    }

    // A few steps only: rounding differs with the batch, and every step amplifies it.
    const short = { samples: few, seed: 1 };
    await optimizeEmbeddings({
      model,
      ...short,
      out: join(folder, 'four'),
      options: { steps: 5, batchSize: 4 },
    });
    await optimizeEmbeddings({
      model,
      samples: [...few].reverse(),
      seed: 1,
      out: join(folder, 'one'),
      options: { steps: 5, batchSize: 1 },
    });
    const [four, one] = [await embeddingsOf('four'), await embeddingsOf('one')];
    for (const [id, embedding] of four) {
      expect(largestDifference(embedding, one.get(id) ?? new Float32Array(0))).toBeLessThan(1e-3);
    }
  });

  it('makes the blank control from the very embeddings that optimisation starts from', async () => {
    const out = join(folder, 'blank');
    const summary = await blankControlEmbeddings({
      model,
      samples: samples.slice(0, 3),
      out,
      seed: 1,
      options: { noise: 0.2 },
    });
    expect(summary).toMatchObject({ total: 3, verified: 0, meanSteps: 0 });
    const [blank] = await model.encode([await model.blankMedium()]);
    for (const [id, embedding] of await embeddingsOf('blank')) {
      expect(embedding).toEqual(initialEmbedding(blank, 0.2, taskRng(1, id).fork('noise')).values);
    }
  });

  it('leaves nothing behind in memory after hundreds of scored steps', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const externalAfter = async (out: string) => {
      const options = { steps: 25, batchSize: 8, stop: { lossPerToken: null, patience: null } };
      await optimizeEmbeddings({ model, samples: samples.slice(0, 8), out: join(folder, out), options });
      // Buffers are freed by another thread, some time after the collection that found them dead.
      for (let turn = 0; turn < 5; turn++) {
        gc();
        await setTimeout(20);
      }
      return process.memoryUsage().external;
    };
    await externalAfter('warm-up');
    const before = await externalAfter('before');
    // What passes through in between: 26 scores, each with masks, rotary tables, embeddings and gradients of 0.4 MB.
    expect((await externalAfter('after')) - before).toBeLessThan(4e6);
  });
});
