import { mkdtemp, readdir, readFile, rm, truncate, cp, writeFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  ConfigError,
  DatasetError,
  RunFolderError,
  type PreparedSample,
  type ProgressEvent,
} from '@sea-align/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initialEmbedding } from './initial-embedding.js';
import { loadEmbeddings, readEmbeddingRecords } from './load-embeddings.js';
import { runOptimization, type OptimizationRun } from './optimization-run.js';
import type { OptimizeOptionsInput } from './options.js';
import { taskRng } from './task.js';
import { pointOf, styleQuestion, toyGeometry, toyModel, toySample, toyScorer } from './testing/toy-model.js';

const phrases = ['a bomb', 'a knife', 'a potion', 'a trap', 'a cannon', 'a cat', 'a kite'];
const samples = phrases.map((phrase, index) =>
  toySample(`row-${index}`, phrase, index % 2 ? 'sketch' : 'oil'),
);
const options: OptimizeOptionsInput = {
  steps: 400,
  learningRate: 0.05,
  batchSize: 3,
  stop: { lossPerToken: 1e-4, patience: null },
  // Two embeddings a shard: 2 * 3 values of 4 bytes each.
  shardBytes: 48,
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'optimizer-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function optimise(out: string, change: Partial<OptimizationRun> = {}) {
  return runOptimization({
    model: toyModel(phrases),
    samples,
    createScorer: toyScorer(),
    out: join(folder, out),
    options,
    seed: 7,
    ...change,
  });
}

async function embeddingsOf(out: string, include: 'all' | 'verified' = 'all') {
  const found = new Map<string, Float32Array>();
  for await (const { record, embedding } of loadEmbeddings(join(folder, out), { include }))
    found.set(record.id, embedding);
  return found;
}

describe('embedding optimisation', () => {
  it('lets go of what a scorer keeps of an embedding when that has left', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    // Scorers keep what they feed by a member's branches, weakly.
    const first: WeakRef<object>[] = [];
    const create = toyScorer();
    let scores = 0;
    let heldLast = -1;
    await optimise('run', {
      options: { ...options, steps: 5, batchSize: 1, stop: { lossPerToken: null, patience: null } },
      createScorer: async (request) => {
        const scorer = await create(request);
        return {
          ...scorer,
          score: async (members) => {
            if (scores++ < 2) first.push(new WeakRef(members[0].branches));
            await setImmediate();
            gc();
            heldLast = first.filter((each) => each.deref() !== undefined).length;
            return scorer.score(members);
          },
        };
      },
    });
    expect(scores).toBe(6 * samples.length);
    expect(heldLast).toBe(0);
  });

  it('finds the optimum that is known by hand, verifies it, and reports it', async () => {
    const summary = await optimise('run');
    expect(summary).toMatchObject({
      total: 7,
      verified: 7,
      rejected: [],
      stopped: { converged: 7, 'max-steps': 0, diverged: 0 },
    });
    const found = await embeddingsOf('run', 'verified');
    expect([...found.keys()]).toEqual(samples.map(({ id }) => `${id}#0`));
    for (const sample of samples) {
      const [content, style] = sample.controls;
      const optimum = [...pointOf(content.target), ...pointOf(style.target)];
      const largest = Math.max(
        ...optimum.map((value, index) => Math.abs(value - found.get(`${sample.id}#0`)![index])),
      );
      // 1/2 d^2 <= 1e-4 per token, seven tokens at most
      expect(largest).toBeLessThan(0.05);
    }
    const [record] = await readEmbeddingRecords(join(folder, 'run'));
    expect(record).toMatchObject({
      sampleId: 'row-0',
      shape: [2, 3],
      dtype: 'F32',
      seed: '7/row-0#0',
      verified: true,
    });
    expect(record.lossCurve).toHaveLength(record.steps + 1);
    expect(record.loss).toBe(Math.min(...record.lossCurve));
    expect(record.loss).toBeCloseTo((record.losses.content + record.losses.style) / 2, 12);
    expect(record.verification.map(({ question }) => question)).toEqual([
      'What does the image show?',
      'What is it?',
    ]);
  });

  it('gives the same embeddings whatever the batch size and the order of samples', async () => {
    await optimise('three');
    const expected = await embeddingsOf('three');
    await optimise('one', { options: { ...options, batchSize: 1 } });
    await optimise('all-reversed', {
      options: { ...options, batchSize: 64 },
      samples: [...samples].reverse(),
    });
    await optimise('alone', { samples: [samples[4]] });
    expect(await embeddingsOf('one')).toEqual(expected);
    expect(await embeddingsOf('all-reversed')).toEqual(expected);
    expect(await embeddingsOf('alone')).toEqual(new Map([['row-4#0', expected.get('row-4#0')]]));
  });

  it('wants the loss alone where no update can follow, and gets along without a gradient there', async () => {
    await optimise('plain', { options: { ...options, steps: 3 } });
    const lossOnly: number[] = [];
    const scorer = toyScorer();
    await optimise('frugal', {
      options: { ...options, steps: 3 },
      createScorer: async (request) => {
        const { score, release } = await scorer(request);
        return {
          score: async (members) => {
            const scored = await score(members);
            lossOnly.push(members.filter((member) => member.lossOnly).length);
            const gradients = scored.gradients.map((gradient, at) =>
              members[at].lossOnly ? new Float32Array(0) : gradient,
            );
            return { ...scored, gradients };
          },
          release,
        };
      },
    });
    // Seven members in three slots: three updates each, then one last look.
    expect(lossOnly).toEqual([0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 1]);
    expect(await embeddingsOf('frugal')).toEqual(await embeddingsOf('plain'));
  });

  it('hands gradient checkpointing to the scorer and tells how far a step is', async () => {
    const asked: unknown[] = [];
    const events: ProgressEvent[] = [];
    const scorer = toyScorer();
    await optimise('run', {
      samples: [samples[0]],
      options: { ...options, gradientCheckpointing: true },
      onProgress: (event) => events.push(event),
      createScorer: (request) => {
        asked.push(request.gradientCheckpointing);
        request.onLayer?.({ pass: 'backward', layer: 11, layers: 32 });
        return scorer(request);
      },
    });
    expect(asked).toEqual([true]);
    expect(events[0]).toMatchObject({ done: 0, total: 1, message: 'backward, layer 12 of 32' });
  });

  it('gives other embeddings for another seed, and different ones for the embeddings of one sample', async () => {
    const stopEarly = { ...options, steps: 2, embeddingsPerSample: 2 };
    await optimise('seven', { samples: [samples[0]], options: stopEarly });
    await optimise('eight', { samples: [samples[0]], options: stopEarly, seed: 8 });
    const [seven, eight] = [await embeddingsOf('seven'), await embeddingsOf('eight')];
    expect([...seven.keys()]).toEqual(['row-0#0', 'row-0#1']);
    expect(seven.get('row-0#0')).not.toEqual(seven.get('row-0#1'));
    expect(seven.get('row-0#0')).not.toEqual(eight.get('row-0#0'));
  });

  it('refills the slot of a member that converged', async () => {
    const sizes: number[] = [];
    await optimise('run', { createScorer: toyScorer({ onScore: (members) => sizes.push(members) }) });
    const steps = (await readEmbeddingRecords(join(folder, 'run'))).map(({ lossCurve }) => lossCurve.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(steps.reduce((sum, count) => sum + count, 0));
    // Full until the last waiting member has its slot; then it only drains.
    expect(
      sizes.slice(
        0,
        sizes.findIndex((size) => size < 3),
      ).length,
    ).toBeGreaterThan(Math.max(...steps));
    expect([...sizes].sort((a, b) => b - a)).toEqual(sizes);
  });

  it('stops an embedding whose loss becomes NaN, keeps the rest and says which', async () => {
    const events: ProgressEvent[] = [];
    const summary = await optimise('run', {
      createScorer: toyScorer({ nanAfter: new Map([['a potion', 5]]) }),
      onProgress: (event) => events.push(event),
    });
    expect(summary.stopped).toEqual({ converged: 6, 'max-steps': 0, diverged: 1 });
    expect(summary.rejected).toEqual([
      { id: 'row-2#0', reason: 'diverged: loss or gradient was NaN or infinite after 5 steps' },
    ]);
    expect(events.some(({ message }) => message === 'row-2#0 diverged')).toBe(true);
    expect(events.at(-1)).toMatchObject({ stage: 'optimize', done: 7, total: 7 });
    expect([...(await embeddingsOf('run')).keys()]).not.toContain('row-2#0');
    expect((await embeddingsOf('run')).size).toBe(6);
  });

  it('rejects a concept that the model does not know, with what it answered instead', async () => {
    const model = toyModel(phrases.filter((phrase) => phrase !== 'a trap'));
    const summary = await optimise('run', { model });
    expect(summary.verified).toBe(6);
    expect(summary.rejected[0].id).toBe('row-3#0');
    expect(summary.rejected[0].reason).toMatch(
      /^asked "What does the image show\?", expected "a trap".*, answered "The image shows a /,
    );
    expect((await embeddingsOf('run', 'verified')).size).toBe(6);
    expect((await embeddingsOf('run', 'all')).size).toBe(7);
  });

  it('draws style samples by the seed of the embedding, or none', async () => {
    const styles = ['oil', 'ink', 'chalk', 'sketch'].map((target) => ({
      role: 'style' as const,
      question: styleQuestion,
      target,
    }));
    const rich = samples.map((sample) => ({ ...sample, controls: [sample.controls[0], ...styles] }));
    await optimise('content', { samples: rich, options: { ...options, styleSamples: 0 } });
    const [plain] = await readEmbeddingRecords(join(folder, 'content'));
    expect(Object.keys(plain.losses)).toEqual(['content']);
    await optimise('one', { samples: rich, options: { ...options, styleSamples: 1 } });
    const found = await embeddingsOf('one');
    const drawn = [...found.values()].map((embedding) =>
      styles.findIndex(({ target }) =>
        pointOf(target).every((value, axis) => Math.abs(value - embedding[3 + axis]) < 0.05),
      ),
    );
    expect(drawn).not.toContain(-1);
    expect(new Set(drawn).size).toBeGreaterThan(1);
  });

  it('runs samples with different numbers of control samples', async () => {
    const mixed = samples.map((sample, index) =>
      index % 2 ? sample : { ...sample, controls: [sample.controls[0]] },
    );
    expect((await optimise('run', { samples: mixed })).verified).toBe(7);
  });

  it('refuses faulty options and samples before it writes anything', async () => {
    const badOptions = optimise('run', {
      options: { steps: -1, learningRate: 0, unknown: 1 } as OptimizeOptionsInput,
    });
    await expect(badOptions).rejects.toSatisfy(ConfigError.isInstance);
    await expect(badOptions).rejects.toThrow(/steps[\s\S]*learningRate[\s\S]*unknown/);
    const twice = optimise('run', { samples: [samples[0], samples[0]] });
    await expect(twice).rejects.toSatisfy(DatasetError.isInstance);
    const noContent: PreparedSample = {
      ...samples[0],
      controls: [samples[0].controls[1]],
      source: { file: 'd.jsonl', line: 4 },
    };
    await expect(optimise('run', { samples: [noContent] })).rejects.toThrow('d.jsonl:4: controls');
    await expect(optimise('run', { options: { ...options, styleSamples: 2 } })).rejects.toThrow(
      /1 style control/,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it("starts from M(blank) + noise of the embedding's own random stream, and keeps that with no step", async () => {
    await optimise('run', { options: { ...options, steps: 0, noise: 0.3 } });
    const found = await embeddingsOf('run');
    for (const [id, embedding] of found) {
      const blank = { values: new Float32Array(6), geometry: toyGeometry(2) };
      expect(embedding).toEqual(initialEmbedding(blank, 0.3, taskRng(7, id).fork('noise')).values);
    }
    expect(found.size).toBe(7);
  });

  it('finishes an empty run', async () => {
    expect((await optimise('run', { samples: [] })).total).toBe(0);
    expect((await embeddingsOf('run')).size).toBe(0);
  });
});

describe('an interrupted run', () => {
  /** Stops a run once `finished` embeddings are recorded. */
  async function interrupt(out: string, finished: number) {
    const abort = new AbortController();
    const onProgress = ({ done }: ProgressEvent) =>
      done >= finished && abort.abort(new Error('stopped by test'));
    await expect(optimise(out, { onProgress, signal: abort.signal })).rejects.toThrow('stopped by test');
  }

  it('goes on after an abort with what is left, and ends as if it had not been stopped', async () => {
    await optimise('whole');
    await interrupt('run', 3);
    await expect(readEmbeddingRecords(join(folder, 'run'))).rejects.toThrow(/no finished embeddings/);
    const done = (await readFile(join(folder, 'run', 'embeddings.jsonl'), 'utf8')).trim().split('\n').length;
    expect(done).toBeGreaterThanOrEqual(3);
    expect(done).toBeLessThan(7);
    const summary = await optimise('run', { resume: true });
    expect(summary).toMatchObject({ total: 7, session: { embeddings: 7 - done } });
    expect(await embeddingsOf('run')).toEqual(await embeddingsOf('whole'));
    expect(await readdir(join(folder, 'run'))).toEqual(await readdir(join(folder, 'whole')));
  });

  it('may go on with another batch size and checkpointing, but not with other samples, options or seed', async () => {
    await interrupt('run', 3);
    for (const change of [
      { seed: 8 },
      { options: { ...options, steps: 401 } },
      { samples: samples.slice(1) },
      { samples: samples.map((sample) => ({ ...sample, controls: [sample.controls[0]] })) },
    ]) {
      await expect(optimise('run', { ...change, resume: true })).rejects.toSatisfy(RunFolderError.isInstance);
    }
    await expect(optimise('run')).rejects.toSatisfy(RunFolderError.isInstance);
    const summary = await optimise('run', {
      resume: true,
      options: { ...options, batchSize: 5, gradientCheckpointing: true },
    });
    expect(summary.total).toBe(7);
    expect((await optimise('run', { force: true })).session.embeddings).toBe(7);
  });

  it('returns at once when everything is done', async () => {
    const first = await optimise('run');
    const [names, embeddings] = [await readdir(join(folder, 'run')), await embeddingsOf('run')];
    const again = await optimise('run', {
      resume: true,
      createScorer: () => Promise.reject(new Error('nothing is left to score')),
    });
    expect(again).toEqual(first);
    expect(await readdir(join(folder, 'run'))).toEqual(names);
    expect(await embeddingsOf('run')).toEqual(embeddings);
  });

  it('survives a kill at any byte of the log and of the journal', async () => {
    await optimise('whole');
    const expected = await embeddingsOf('whole');
    await interrupt('run', 3);
    const names = (await readdir(join(folder, 'run'))).filter((name) => /\.jsonl$|\.partial$/.test(name));
    expect(names.some((name) => name.endsWith('.partial'))).toBe(true);
    for (const name of names) {
      const { size } = await stat(join(folder, 'run', name));
      const stride = name.endsWith('.partial') ? 1 : 97;
      for (let bytes = 0; bytes < size; bytes += stride) {
        await cp(join(folder, 'run'), join(folder, 'cut'), { recursive: true });
        await truncate(join(folder, 'cut', name), bytes);
        await optimise('cut', { resume: true });
        expect(await embeddingsOf('cut'), `${name} cut to ${bytes} of ${size}`).toEqual(expected);
        await rm(join(folder, 'cut'), { recursive: true });
      }
    }
  });

  it('refuses to go on when a shard is gone or does not hold what the log says', async () => {
    await interrupt('run', 3);
    const shard = join(folder, 'run', 'embeddings-00000.safetensors');
    const bytes = await readFile(shard);
    await rm(shard);
    await expect(optimise('run', { resume: true })).rejects.toThrow(
      /embeddings-00000.safetensors is missing/,
    );
    await cp(join(folder, 'run'), join(folder, 'other'), { recursive: true });
    const [first] = (await readFile(join(folder, 'run', 'embeddings.jsonl'), 'utf8')).split('\n');
    const { id } = JSON.parse(first) as { id: string };
    await writeFile(shard, bytes.toString('latin1').replaceAll(id, id.replace('row', 'raw')), 'latin1');
    await expect(optimise('run', { resume: true })).rejects.toThrow(`does not hold the embedding "${id}"`);
  });
});

describe('loadEmbeddings', () => {
  it('notices a changed byte in a tensor', async () => {
    await optimise('run');
    const shard = join(folder, 'run', 'embeddings-00001.safetensors');
    const bytes = await readFile(shard);
    bytes[bytes.length - 3] ^= 1;
    await writeFile(shard, bytes);
    await expect(embeddingsOf('run')).rejects.toThrow(/embeddings-00001.safetensors.*SHA-256/);
  });

  it('notices a record whose shape is not that of its tensor', async () => {
    await optimise('run');
    const log = join(folder, 'run', 'embeddings.jsonl');
    await writeFile(log, (await readFile(log, 'utf8')).replace('"shape":[2,3]', '"shape":[3,2]'));
    await expect(embeddingsOf('run')).rejects.toThrow(/is F32 \[2, 3\], its record says F32 \[3, 2\]/);
  });

  it('does not follow a record out of the folder', async () => {
    await optimise('run');
    const log = join(folder, 'run', 'embeddings.jsonl');
    await writeFile(
      log,
      (await readFile(log, 'utf8')).replace(
        '"file":"embeddings-00000',
        '"file":"../run/../../embeddings-00000',
      ),
    );
    await expect(embeddingsOf('run')).rejects.toSatisfy(RunFolderError.isInstance);
  });
});
