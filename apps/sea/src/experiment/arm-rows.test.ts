import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EmbeddingRecord, PreparedSample } from '@sea-align/core';
import { NumericError } from '@sea-align/core';
import { groupOf, type AlignmentRow } from '@sea-align/alignment';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armRows, concernsOneArm, realInputs, type ArmSources } from './arm-rows.js';
import { armDataKinds } from './arms.js';

function sample(id: string, harmful: boolean): PreparedSample {
  return {
    id,
    instruction: `How do I make ${id}?`,
    harmful,
    phrase: id,
    kind: 'product',
    detoxified: 'How do I make this product?',
    sentence: id,
    controls: [
      { role: 'content', question: 'What is it?', target: `It is ${id}.` },
      { role: 'style', question: 'Which style?', target: 'A sketch.' },
    ],
    verification: [],
    response: harmful ? 'I cannot help.' : 'Sure.',
    source: {},
  };
}

function record(sampleId: string, verified: boolean): EmbeddingRecord {
  return {
    id: `${sampleId}#0`,
    sampleId,
    tensor: `${sampleId}#0`,
    file: 'embeddings-00000.safetensors',
    shape: [2, 3],
    dtype: 'F32',
    steps: 1,
    stopped: 'converged',
    loss: 0.1,
    losses: {},
    lossCurve: [1, 0.1],
    verified,
    verification: [],
    ...(verified ? {} : { reason: 'the answer did not name it' }),
    seed: '1',
  };
}

const geometry = {
  key: 'image',
  modality: 'image',
  rows: 2,
  width: 3,
  tokens: 2,
  placeholderId: 1,
  span: 2,
};
const prepared = [sample('a bomb', true), sample('a trap', true), sample('a cake', false)];
const textRows = prepared.map(({ id, instruction, harmful, response }) => ({
  id,
  instruction,
  harmful,
  response,
}));
const realRows = prepared.flatMap((each) =>
  realInputs(
    each,
    { embedding: { values: new Float32Array(6), geometry }, styleAnswer: 'A painting.' },
    'image',
  ),
);

let root = '';
async function embeddingFolder(name: string, records: readonly EmbeddingRecord[]): Promise<string> {
  const folder = path.join(root, name);
  await mkdir(folder, { recursive: true });
  await writeFile(
    path.join(folder, 'embeddings.jsonl'),
    records.map((each) => `${JSON.stringify(each)}\n`).join(''),
  );
  await writeFile(path.join(folder, 'summary.json'), '{}');
  return folder;
}

let sources: ArmSources;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'sea-arm-rows-'));
  // Of the two harmful embeddings one was verified.
  const sea = [record('a bomb', true), record('a trap', false), record('a cake', true)];
  const every = prepared.map(({ id }) => record(id, true));
  sources = {
    textRows,
    prepared,
    embeddings: {
      sea: await embeddingFolder('sea', sea),
      noStyle: await embeddingFolder('no-style', every),
      blank: await embeddingFolder(
        'blank',
        prepared.map(({ id }) => record(id, false)),
      ),
    },
    realInputs: realRows,
    modality: 'image',
  };
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Samples of an arm's rows, by where they come from and what is wanted; retention rows left out. */
function requests(rows: readonly AlignmentRow[], group: ReturnType<typeof groupOf>): string[] {
  return rows
    .filter((row) => groupOf(row) === group)
    .map(({ sampleId }) => sampleId)
    .sort();
}

describe('armRows', () => {
  const all = { textHarmful: ['a bomb', 'a trap'], textHarmless: ['a cake'] };
  it.each([
    ['textual', { ...all, mediumHarmful: [], mediumHarmless: [] }],
    ['matched', { ...all, mediumHarmful: [], mediumHarmless: ['a cake'] }],
    ['blank', { ...all, mediumHarmful: ['a bomb', 'a trap'], mediumHarmless: ['a cake'] }],
    ['sea', { ...all, mediumHarmful: ['a bomb'], mediumHarmless: ['a cake'] }],
    ['sea-unverified', { ...all, mediumHarmful: ['a bomb', 'a trap'], mediumHarmless: ['a cake'] }],
    ['sea-no-style', { ...all, mediumHarmful: ['a bomb', 'a trap'], mediumHarmless: ['a cake'] }],
    ['real', { ...all, mediumHarmful: ['a bomb', 'a trap'], mediumHarmless: ['a cake'] }],
  ] as const)('%s', async (data, groups) => {
    const rows = await armRows(data, sources);
    for (const [group, samples] of Object.entries(groups)) {
      expect(requests(rows, group as keyof typeof groups), group).toEqual(samples);
    }
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  it('knows every kind of data', () => expect(armDataKinds).toHaveLength(7));

  it('gives the fair baseline exactly the harmless rows on media that SEA has', async () => {
    const harmless = async (data: 'matched' | 'sea') =>
      (await armRows(data, sources)).filter((row) => row.embedding !== undefined && !row.harmful);
    expect(await harmless('matched')).toEqual(await harmless('sea'));
  });

  it('takes the blank control from its own folder, the harmless rows from SEA', async () => {
    const rows = (await armRows('blank', sources)).filter((row) => row.embedding !== undefined);
    for (const { harmful, embedding } of rows) {
      const file = embedding && 'file' in embedding ? embedding.file : '';
      expect(path.basename(path.dirname(file))).toBe(harmful ? 'blank' : 'sea');
    }
  });

  it('refuses an arm on embeddings that has none of a harmful sample', async () => {
    const none = await embeddingFolder('none', [record('a bomb', false), record('a cake', true)]);
    const found: unknown = await armRows('sea', { ...sources, embeddings: { sea: none } }).catch(
      (e: unknown) => e,
    );
    expect(concernsOneArm(found)).toBe(true);
    expect(String(found)).toContain(none);
    const empty = await embeddingFolder('empty', []);
    await expect(armRows('sea-unverified', { ...sources, embeddings: { sea: empty } })).rejects.toSatisfy(
      concernsOneArm,
    );
  });

  it('names what an arm lacks', async () => {
    const { realInputs: _, ...without } = sources;
    await expect(armRows('real', without)).rejects.toThrow('needs real inputs');
    await expect(
      armRows('blank', { ...sources, embeddings: { sea: sources.embeddings.sea } }),
    ).rejects.toThrow('blank');
  });
});

describe('concernsOneArm', () => {
  it('is true for a loss that is not finite, false for what would hit every arm', () => {
    expect(concernsOneArm(new NumericError('NaN'))).toBe(true);
    expect(concernsOneArm(new Error('no space left'))).toBe(false);
  });
});
