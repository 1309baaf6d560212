import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { writeSafetensors } from '@sea-align/compute';
import { DatasetError } from '@sea-align/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { AlignmentRow } from './alignment-row.js';
import { readAlignmentRows, writeAlignmentRows } from './dataset-folder.js';
import { EmbeddingReader } from './embedding-reader.js';
import { flatEmbedding, flatModel } from './flat-geometry.fixture.js';
import { hashRows } from './hash-rows.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alignment-rows-'));
});
afterEach(() => rm(folder, { recursive: true }));

const base = { question: 'q', response: 'a', harmful: false };
const text: AlignmentRow = { ...base, id: 't', sampleId: 't', origin: 'text' };

describe('alignment dataset folder', () => {
  it('gives back the rows, in-memory embeddings by way of a file', async () => {
    const shard = join(folder, 'stage2', 'e.safetensors');
    await writeAlignmentRows(join(folder, 'stage2'), [text]);
    await writeSafetensors(shard, [
      ['k', { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
    ]);
    const rows: AlignmentRow[] = [
      text,
      { ...base, id: 'r', sampleId: 'r', origin: 'real', embedding: flatEmbedding(5, 6, 7, 8), weight: 2 },
      { ...base, id: 's', sampleId: 's', origin: 'synthetic', embedding: { file: shard, tensor: 'k' } },
    ];
    const out = join(folder, 'd_m');
    await writeAlignmentRows(out, rows);
    const read = await readAlignmentRows(out);
    expect(read[0]).toEqual(text);
    expect(read[1]).toMatchObject({
      id: 'r',
      weight: 2,
      embedding: { file: join(out, 'embeddings.safetensors'), geometry: 'flat 4' },
    });
    expect(read[2]).toEqual(rows[2]);

    const reader = new EmbeddingReader(flatModel(4));
    expect(await reader.read(read[0])).toBeUndefined();
    expect(await reader.read(read[1])).toEqual(flatEmbedding(5, 6, 7, 8));
    expect(await reader.read(read[2])).toEqual(flatEmbedding(1, 2, 3, 4));
    await reader.close();
  });

  it('names file, line and field of a faulty row', async () => {
    await writeAlignmentRows(folder, [text]);
    await appendFile(join(folder, 'rows.jsonl'), `${JSON.stringify({ ...text, harmful: 'yes' })}\n`);
    await expect(readAlignmentRows(folder)).rejects.toThrow(/rows\.jsonl:2.*harmful/);
  });
});

describe('EmbeddingReader', () => {
  it('refuses another length, NaN and a missing tensor, naming the row', async () => {
    const file = join(folder, 'e.safetensors');
    await writeSafetensors(file, [
      ['short', { dtype: 'F32', shape: [3], data: new Float32Array(3) }],
      ['nan', { dtype: 'F32', shape: [4], data: Float32Array.of(0, NaN, 0, 0) }],
    ]);
    const reader = new EmbeddingReader(flatModel(4));
    const read = (tensor: string): Promise<unknown> =>
      reader.read({ id: 'row7', embedding: { file, tensor } });
    await expect(read('short')).rejects.toThrow(/row "row7" has 3 numbers.*puts out 4/);
    await expect(read('nan')).rejects.toThrow(/row "row7" holds NaN/);
    await expect(read('gone')).rejects.toThrow(DatasetError);
    await reader.close();
  });
});

describe('hashRows', () => {
  it('changes with text, order and embeddings in memory', async () => {
    const row = { ...text, embedding: flatEmbedding(1, 2) };
    const hash = await hashRows([row, text]);
    expect(await hashRows([{ ...row, embedding: flatEmbedding(1, 2) }, { ...text }])).toBe(hash);
    expect(await hashRows([{ ...row, embedding: flatEmbedding(1, 3) }, text])).not.toBe(hash);
    expect(await hashRows([text, row])).not.toBe(hash);
    expect(await hashRows([row, { ...text, question: 'p' }])).not.toBe(hash);
  });

  it('knows embeddings in files by their content, wherever the file lies', async () => {
    const row = (name: string) => ({ ...text, embedding: { file: join(folder, name), tensor: 'e' } });
    await writeFile(join(folder, 'a'), 'one');
    await writeFile(join(folder, 'b'), 'one');
    const hash = await hashRows([row('a')]);
    expect(await hashRows([row('b')])).toBe(hash);
    await writeFile(join(folder, 'a'), 'two');
    expect(await hashRows([row('a')])).not.toBe(hash);
  });
});
