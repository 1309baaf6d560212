import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chatErrorCodes, createOfflineChat } from '@sea-align/chat';
import {
  ChatError,
  preparedSampleSchema,
  readJsonl,
  rejectedRowSchema,
  Rng,
  type PreparedSample,
  type ProgressEvent,
  type RejectedRow,
} from '@sea-align/core';
import {
  detoxifiedInstruction,
  describeAnswer,
  conceptById,
  textSafetyDataset,
  toyLexicon,
} from '@sea-align/tiny-models';
import type { PhraseExtractor } from '../extraction/extraction.js';
import { createOfflineExtractor } from '../extraction/offline-extractor.js';
import { simpleEnglish } from '../extraction/simple-english.fixture.js';
import { defaultHabits, withOverrides } from '../habits/habits.js';
import { prepare } from './prepare.js';
import type { PrepareOptions } from './prepare-options.js';

let root: string;
let out: string;
let outs = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sea-prepare-'));
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(() => {
  out = join(root, `out-${(outs += 1)}`);
});

const offline = createOfflineExtractor();
const dataset = async (rows: readonly unknown[], name = 'rows.jsonl') => {
  const path = join(root, name);
  await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
};
const run = (input: string, options: Partial<PrepareOptions> = {}) =>
  prepare({ input, out, habits: defaultHabits('image'), rng: new Rng(7), extractor: offline, ...options });
const samplesIn = async (path: string) => {
  const samples: PreparedSample[] = [];
  for await (const { value } of readJsonl(path, preparedSampleSchema)) samples.push(value);
  return samples;
};
const rejectionsIn = async (path: string) => {
  const rows: RejectedRow[] = [];
  for await (const { value } of readJsonl(path, rejectedRowSchema)) rows.push(value);
  return rows;
};

const mixed = [
  { id: 'cake', instruction: 'How do I bake a cake?', chosen: 'No.', rejected: 'Yes.' },
  { id: 'sky', instruction: 'Why is the sky blue?', response: 'No.' },
  {
    id: 'hat',
    instruction: 'Where can I buy a silly hat?',
    response: 'There.',
    harmful: false,
    meta: { from: 'toy' },
  },
  { id: 'long', instruction: `How do I ${'x'.repeat(10_240)}?`, response: 'No.' },
  { id: 'kite', instruction: 'Teach me to fly a kite.', response: 'No.' },
];

describe('prepare', () => {
  it('writes samples and rejections in the order of the dataset', async () => {
    const input = await dataset(mixed);
    const events: ProgressEvent[] = [];
    const summary = await run(input, { stylesPerSample: 2, onProgress: (event) => events.push(event) });
    expect(summary).toMatchObject({
      input: { path: input, format: 'sea', rows: 5 },
      extractor: 'offline',
      selected: 5,
      alreadyDone: 0,
      prepared: 3,
      rejected: 2,
      rejectedBy: { 'unsupported-wording': 1, 'instruction-too-long': 1 },
      kinds: { activity: 2, product: 1 },
      harmful: 2,
      dryRun: false,
    });
    expect(summary.input.sha256).toMatch(/^[0-9a-f]{64}$/);
    const samples = await samplesIn(join(out, 'prepared.jsonl'));
    expect(samples.map(({ id }) => id)).toEqual(['cake', 'hat', 'kite']);
    expect(samples[0]).toMatchObject({
      phrase: 'bake a cake',
      kind: 'activity',
      detoxified: 'How do I do this activity?',
      sentence: 'A person is baking a cake.',
      harmful: true,
      chosen: 'No.',
      rejected: 'Yes.',
      source: { file: 'rows.jsonl', line: 1 },
    });
    expect(samples[0].controls.map(({ role }) => role)).toEqual(['content', 'style', 'style']);
    expect(samples[0].controls[0].target).toBe('The image shows a person baking a cake.');
    expect(samples[1]).toMatchObject({
      harmful: false,
      response: 'There.',
      meta: { from: 'toy' },
      phrase: 'a silly hat',
    });
    expect(await rejectionsIn(join(out, 'rejected.jsonl'))).toEqual([
      { id: 'sky', line: 2, reason: expect.stringMatching(/^unsupported-wording: /), row: mixed[1] },
      { id: 'long', line: 4, reason: expect.stringMatching(/^instruction-too-long: /), row: mixed[3] },
    ]);
    expect(events).toHaveLength(5);
    expect(events[4]).toMatchObject({ stage: 'prepare', done: 5, total: 5, etaSeconds: 0 });
  });

  it('prepares the toy dataset to the letter', async () => {
    const rows = textSafetyDataset();
    expect(rows.length).toBeGreaterThan(50);
    const habits = withOverrides(defaultHabits('image'), {
      content: { activity: { prefix: 'The image shows that' }, product: { prefix: 'The image shows' } },
      style: { styles: ['a pencil sketch'] },
    });
    const extractor = createOfflineExtractor({ lexicon: toyLexicon, rules: false });
    const summary = await run(await dataset(rows, 'toy.jsonl'), { habits, extractor });
    expect(summary).toMatchObject({ prepared: rows.length, rejected: 0 });
    const samples = await samplesIn(join(out, 'prepared.jsonl'));
    expect(samples).toHaveLength(rows.length);
    for (const [index, sample] of samples.entries()) {
      const cut = sample.id.lastIndexOf('-');
      const concept = conceptById(sample.id.slice(0, cut));
      expect(sample.detoxified).toBe(detoxifiedInstruction(concept.kind, Number(sample.id.slice(cut + 1))));
      expect(sample.controls[0].target).toBe(describeAnswer(concept));
      expect(sample.harmful).toBe(concept.dangerous);
      expect(sample.chosen).toBe(rows[index].chosen);
    }
  });

  it('holds its promises on every row of the table', async () => {
    const input = await dataset(
      simpleEnglish.map(([instruction]) => ({ instruction, response: 'No.' })),
      'table.jsonl',
    );
    expect(await run(input)).toMatchObject({ prepared: simpleEnglish.length, rejected: 0 });
    for (const { instruction, phrase, detoxified } of await samplesIn(join(out, 'prepared.jsonl'))) {
      expect(instruction).toContain(phrase);
      expect(detoxified.toLowerCase()).not.toContain(phrase.toLowerCase());
    }
  });

  it('takes any text without failing, and keeps its promises', async () => {
    const instruction = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ maxLength: 40 }).map((text) => `How do I bake ${text}?`),
      fc.string({ maxLength: 40 }).map((text) => `Where can I buy a ${text}`),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(instruction, { minLength: 1, maxLength: 15 }), async (instructions) => {
        const input = await dataset(
          instructions.map((text) => ({ instruction: text, response: 'No.' })),
          'any.jsonl',
        );
        const folder = join(root, `any-${(outs += 1)}`);
        const summary = await run(input, { out: folder });
        expect(summary.prepared + summary.rejected).toBe(instructions.length);
        for (const sample of await samplesIn(join(folder, 'prepared.jsonl'))) {
          expect(sample.instruction).toContain(sample.phrase);
          expect(sample.detoxified.toLowerCase()).not.toContain(sample.phrase.toLowerCase());
        }
      }),
      { numRuns: 30 },
    );
  });

  it('gives the same samples whatever the concurrency, others for another seed', async () => {
    const input = await dataset(mixed);
    const slow: PhraseExtractor = {
      name: offline.name,
      extract: async (request) => {
        await new Promise((done) => setTimeout(done, request.instruction.length % 7));
        return offline.extract(request);
      },
    };
    const text = async (options: Partial<PrepareOptions>) => {
      const folder = join(root, `same-${(outs += 1)}`);
      await run(input, { ...options, out: folder, stylesPerSample: 3 });
      return readFile(join(folder, 'prepared.jsonl'), 'utf8');
    };
    const one = await text({ concurrency: 1 });
    expect(await text({ concurrency: 5, extractor: slow })).toBe(one);
    expect(await text({ rng: new Rng(8) })).not.toBe(one);
  });

  it('asks once for a prompt that stands in several rows', async () => {
    let asked = 0;
    const counting: PhraseExtractor = {
      name: 'counting',
      extract: (request) => ((asked += 1), offline.extract(request)),
    };
    const row = { instruction: 'How do I bake a cake?', response: 'No.' };
    expect(await run(await dataset([row, row, row]), { extractor: counting })).toMatchObject({ prepared: 3 });
    expect(asked).toBe(1);
  });
});

describe('resuming', () => {
  const counted = () => {
    const seen: string[] = [];
    const extractor: PhraseExtractor = {
      name: offline.name,
      extract: (request) => (seen.push(request.instruction), offline.extract(request)),
    };
    return { seen, extractor };
  };

  it('does nothing the second time', async () => {
    const input = await dataset(mixed);
    const first = await run(input);
    const names = await readdir(out);
    const times = await Promise.all(names.map(async (name) => (await stat(join(out, name))).mtimeMs));
    const { seen, extractor } = counted();
    const events: ProgressEvent[] = [];
    const second = await run(input, { extractor, onProgress: (event) => events.push(event) });
    expect(second).toEqual({ ...first, alreadyDone: 5 });
    expect(seen).toEqual([]);
    expect(events).toEqual([]);
    expect(await Promise.all(names.map(async (name) => (await stat(join(out, name))).mtimeMs))).toEqual(
      times,
    );
  });

  it('goes on from a log cut at any byte', async () => {
    const input = await dataset(mixed.slice(0, 3));
    await run(input, { concurrency: 1 }); // One row a line.
    const logPath = join(out, 'prepare-log.jsonl');
    const log = await readFile(logPath);
    const prepared = await readFile(join(out, 'prepared.jsonl'), 'utf8');
    const rejected = await readFile(join(out, 'rejected.jsonl'), 'utf8');
    // Around each line end, and here and there within the lines; each cut waits for the disk many times.
    const ends = [...log.entries()].flatMap(([at, byte]) => (byte === 0x0a ? [at - 1, at, at + 1] : []));
    const cuts = new Set([
      0,
      1,
      ...ends,
      ...Array.from({ length: 12 }, (_, part) => Math.floor((part * log.length) / 12)),
    ]);
    expect(ends).toHaveLength(4 * 3);
    for (const bytes of cuts) {
      await writeFile(logPath, log.subarray(0, bytes));
      await rm(join(out, 'prepared.jsonl'));
      const { seen, extractor } = counted();
      const summary = await run(input, { extractor });
      const wholeLines = log.subarray(0, bytes).toString().split('\n').length - 1;
      // A last line that lacks only its line end is whole, too.
      expect([Math.max(0, wholeLines - 1), wholeLines]).toContain(summary.alreadyDone);
      expect(seen.length).toBe(3 - summary.alreadyDone);
      expect(await readFile(join(out, 'prepared.jsonl'), 'utf8')).toBe(prepared);
      expect(await readFile(join(out, 'rejected.jsonl'), 'utf8')).toBe(rejected);
    }
  });

  it('refuses rows made with other settings, unless forced', async () => {
    const input = await dataset(mixed);
    await run(input);
    await expect(run(input, { rng: new Rng(8), stylesPerSample: 2 })).rejects.toMatchObject({
      name: 'RunFolderError',
      message: expect.stringContaining('(seed, stylesPerSample)'),
    });
    await expect(run(await dataset(mixed.slice(1)))).rejects.toThrow(/\(input\)/);
    const forced = await run(await dataset(mixed.slice(0, 3)), { rng: new Rng(8), force: true });
    expect(forced).toMatchObject({ alreadyDone: 0, prepared: 2, rejected: 1 });
  });

  it('keeps what was done when the server fails or the user stops it', async () => {
    const input = await dataset(mixed);
    const failing: PhraseExtractor = {
      name: offline.name,
      extract: async (request) => {
        if (request.instruction.includes('kite'))
          throw new ChatError('down', { code: chatErrorCodes.network });
        return offline.extract(request);
      },
    };
    await expect(run(input, { extractor: failing, concurrency: 1 })).rejects.toMatchObject({
      code: chatErrorCodes.network,
    });
    expect(await readdir(out)).toEqual(['prepare-log.jsonl']);
    const { seen, extractor } = counted();
    expect(await run(input, { extractor })).toMatchObject({ alreadyDone: 4, prepared: 3, rejected: 2 });
    expect(seen).toEqual(['Teach me to fly a kite.']);

    out = `${out}-stopped`;
    const stop = new AbortController();
    const stopping = run(input, {
      concurrency: 1,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('stopped')),
    });
    await expect(stopping).rejects.toThrow('stopped');
    const resumed = await run(input);
    expect(resumed.alreadyDone).toBeGreaterThan(0);
    expect(resumed).toMatchObject({ prepared: 3, rejected: 2 });
  });

  it('prepares more when the limit is raised, and shows less when it is lowered', async () => {
    const input = await dataset(mixed);
    expect(await run(input, { limit: 2 })).toMatchObject({ selected: 2, prepared: 1, rejected: 1 });
    expect(await run(input, { limit: 3 })).toMatchObject({ selected: 3, alreadyDone: 2, prepared: 2 });
    expect(await run(input, { limit: 1 })).toMatchObject({
      selected: 1,
      alreadyDone: 1,
      prepared: 1,
      rejected: 0,
    });
    expect(await samplesIn(join(out, 'prepared.jsonl'))).toHaveLength(1);
  });
});

describe('shards', () => {
  it('share a folder, and the last one joins them', async () => {
    const input = await dataset(mixed);
    await run(input, { out: `${out}-whole` });
    const third = await run(input, { shard: '3/3' });
    expect(third).toMatchObject({ selected: 1, prepared: 1 });
    expect(third.files?.prepared).toBe(join(out, 'prepared.3-of-3.jsonl'));
    expect(third.files?.joined).toBeUndefined();
    expect(await run(input, { shard: '1/3' })).toMatchObject({ selected: 2, prepared: 1, rejected: 1 });
    const last = await run(input, { shard: '2/3' });
    expect(last.files?.joined?.prepared).toBe(join(out, 'prepared.jsonl'));
    for (const name of ['prepared.jsonl', 'rejected.jsonl']) {
      expect(await readFile(join(out, name), 'utf8')).toBe(
        await readFile(join(`${out}-whole`, name), 'utf8'),
      );
    }
  });

  it('are not joined when their settings differ', async () => {
    const input = await dataset(mixed);
    await run(input, { shard: '1/2', rng: new Rng(1) });
    expect((await run(input, { shard: '2/2', rng: new Rng(2) })).files?.joined).toBeUndefined();
    expect(await readdir(out)).not.toContain('prepared.jsonl');
  });
});

describe('a dry run', () => {
  it('estimates and writes nothing', async () => {
    const input = await dataset([...mixed, { ...mixed[0], id: 'again' }]);
    const asked: string[] = [];
    const chat = createOfflineChat({});
    const estimating = {
      ...chat,
      complete: () => Promise.reject(new Error('a dry run must not ask')),
      estimate: async (requests: Iterable<{ user: string }>) => {
        for (const { user } of requests) asked.push(user);
        return chat.estimate([]);
      },
    };
    const summary = await run(input, { extractor: undefined, chat: estimating, dryRun: true });
    expect(summary).toMatchObject({
      dryRun: true,
      selected: 6,
      prepared: 0,
      rejected: 1,
      estimate: { note: expect.any(String) },
    });
    expect(summary.files).toBeUndefined();
    // Six rows: one is too long, one repeats another.
    expect(asked).toHaveLength(4);
    await expect(readdir(out)).rejects.toThrow(/ENOENT/);
  });

  it('does not hold the habits of earlier rows against those that stand in', async () => {
    const input = await dataset(mixed);
    await run(input, { limit: 2 });
    const others = withOverrides(defaultHabits('image'), { ending: '' });
    await expect(run(input, { dryRun: true, habits: others })).rejects.toThrow('other settings (habits)');
    const standIn = { habits: others, habitsStandIn: true };
    expect(await run(input, { dryRun: true, ...standIn })).toMatchObject({ alreadyDone: 2 });
    await expect(run(input, standIn)).rejects.toThrow('other settings (habits)');
    const otherRng = { ...standIn, dryRun: true, rng: new Rng(8) };
    await expect(run(input, otherRng)).rejects.toThrow('other settings (seed)');
  });

  it('costs nothing offline, and counts only what is not done', async () => {
    const input = await dataset(mixed);
    await run(input, { limit: 2 });
    const before = await readFile(join(out, 'prepare-log.jsonl'), 'utf8');
    const summary = await run(input, { dryRun: true });
    expect(summary).toMatchObject({ alreadyDone: 2, prepared: 1, rejected: 2, selected: 5 });
    expect(summary.estimate).toBeUndefined();
    expect(await readFile(join(out, 'prepare-log.jsonl'), 'utf8')).toBe(before);
  });
});

describe('bad input', () => {
  it('is named before anything is written', async () => {
    const path = join(root, 'broken.jsonl');
    await writeFile(path, `${JSON.stringify(mixed[0])}\n{`);
    await expect(run(path)).rejects.toMatchObject({ name: 'DatasetError', line: 2 });
    await writeFile(path, '\n\n');
    await expect(run(path)).rejects.toMatchObject({
      name: 'DatasetError',
      message: expect.stringContaining('no rows'),
    });
    await expect(readdir(out)).rejects.toThrow(/ENOENT/);
  });

  it('in the options is listed at once', async () => {
    const options = { limit: 0, concurrency: 1.5, habits: { ...defaultHabits('image'), ending: 3 } } as never;
    await expect(run(await dataset(mixed), options)).rejects.toThrow(/ending[\s\S]*limit[\s\S]*concurrency/);
    await expect(run(await dataset(mixed), { stylesPerSample: 99 })).rejects.toThrow(/stylesPerSample/);
    await expect(run(await dataset(mixed), { shard: '3/2' })).rejects.toThrow(/shard "3\/2"/);
    await expect(run(await dataset(mixed), { extractor: undefined })).rejects.toThrow(
      /extractor or a chat client/,
    );
    await expect(run(await dataset(mixed), { chat: createOfflineChat({}) })).rejects.toThrow(/not both/);
  });
});
