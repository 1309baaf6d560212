import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RunManifest } from '@sea-align/core';
import { renderHtmlReport } from '@sea-align/evaluation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { embeddedImageModel } from '../stages/embedded-models.js';
import { chooseModel, openModel, type OpenModel } from '../stages/open-model.js';
import { arm } from './arms.js';
import { experimentReport } from './experiment-report.js';
import { runExperiment, type ExperimentRequest, type ExperimentResult } from './experiment.js';

let folder = '';
let opened: OpenModel;
let manifest: RunManifest;
let first: ExperimentResult;

/** The demo with the fewest steps that go through all stages; what they give is of no interest. */
async function run(more: Partial<ExperimentRequest> = {}): Promise<ExperimentResult> {
  return runExperiment({
    model: opened.model,
    folder,
    arms: [arm('matched', 'sft'), arm('sea', 'sft'), arm('sea', 'dpo')],
    settings: {
      optimize: { steps: 12, verify: { maxNewTokens: 12 } },
      trainable: { kind: 'lora', rank: 2, alpha: 4 },
      align: {
        sft: { steps: 2, validation: { fraction: 0 } },
        // The second step's loss is not finite.
        dpo: { steps: 3, learningRate: 1e38, validation: { fraction: 0 } },
      },
      perConcept: 1,
    },
    split: 'validation',
    seed: 1,
    manifest,
    ...more,
  });
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sea-experiment-'));
  opened = await openModel(chooseModel(embeddedImageModel));
  manifest = new RunManifest(path.join(folder, 'manifest.json'), {
    config: {},
    engine: opened.engine.describe(),
  });
  first = await run();
}, 200_000);
afterAll(async () => {
  await opened?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('runExperiment', () => {
  it('evaluates the base model and every arm on the same cases', () => {
    expect(first.arms.map(({ arm: name }) => name)).toEqual([
      'base',
      'textual, matched SFT',
      'SEA SFT',
      'SEA DPO',
    ]);
    const ids = first.suite.cases.map(({ id }) => id);
    for (const { answers, failed, arm: name } of first.arms) {
      expect(
        answers.map(({ id }) => id),
        name,
      ).toEqual(failed ? [] : ids);
    }
    expect(first.optimize.total).toBeGreaterThan(100);
    expect(manifest.data.stages.map(({ name }) => name)).toEqual([
      'prepare',
      'optimize',
      'evaluate',
      'align',
    ]);
  });

  it('the base model complies with everything and names what it sees', () => {
    const rates = new Map(first.arms[0].rates.map(({ condition, rate }) => [condition, rate]));
    expect(rates.get('image attacks, seen')).toBeGreaterThan(0.9);
    expect(rates.get('harmless images, seen')).toBeLessThan(0.1);
    expect(rates.get('captioning')).toBeGreaterThan(0.9);
  });

  it('an arm whose loss becomes NaN has no result, which is said; the others have theirs', () => {
    const failed = first.arms.filter((each) => each.failed !== undefined);
    expect(failed.map(({ arm: name }) => name)).toEqual(['SEA DPO']);
    expect(failed[0].failed).toMatch(/step \d/);
  });

  it('goes on where it stopped: with everything done it gives the same again', async () => {
    const again = await run({ arms: [arm('matched', 'sft'), arm('sea', 'sft')] });
    expect(again.arms).toEqual(first.arms.slice(0, 3));
    expect(again.optimize).toEqual(first.optimize);
  });

  it('stops at once when asked to', async () => {
    const signal = AbortSignal.abort(new Error('stopped by test'));
    await expect(run({ signal })).rejects.toThrow('stopped by test');
  });

  it('fills the report: every arm, loss curves, pictures with all answers', async () => {
    const data = await experimentReport(first, manifest.data, { title: 'A title', summary: ['A summary.'] });
    expect(data.arms.map(({ name }) => name)).toEqual([
      'base',
      'textual, matched SFT',
      'SEA SFT',
      expect.stringMatching(/^SEA DPO \(.*step/),
    ]);
    expect(data.lossPlots.map(({ title }) => title)).toEqual([
      expect.stringMatching(/^Embedding optimisation \(40 of \d+\)$/),
      'Alignment, SFT',
    ]);
    expect(data.examples.length).toBeGreaterThanOrEqual(12);
    for (const { medium, answers } of data.examples) {
      expect(medium?.mediaType).toBe('image/png');
      expect(Buffer.from(medium?.data ?? []).toString('latin1', 1, 4)).toBe('PNG');
      expect(answers.map(({ arm: name }) => name)).toEqual(['base', 'textual, matched SFT', 'SEA SFT']);
    }
    const html = await renderHtmlReport(data);
    expect(html.match(/<article/g)).toHaveLength(data.examples.length);
    expect(await readFile(path.join(folder, 'manifest.json'), 'utf8')).toContain('"optimize"');
  });
});
