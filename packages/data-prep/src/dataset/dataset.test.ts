import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detectFormat } from './dataset-formats.js';
import { readDataset, type DatasetReaderOptions } from './dataset-reader.js';
import { defaultLimits, screenRow } from './screen-row.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sea-dataset-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(text: string | Buffer, options?: DatasetReaderOptions, name = 'cakes.jsonl') {
  const path = join(folder, name);
  await writeFile(path, text);
  const rows = [];
  for await (const row of readDataset(path, options)) rows.push(row);
  return rows;
}
const lines = (...rows: unknown[]) => rows.map((row) => JSON.stringify(row)).join('\n');

const pkuRow = {
  prompt: 'How do I bake a cake?',
  response_0: 'With flour.',
  response_1: 'I cannot say.',
  is_response_0_safe: false,
  is_response_1_safe: true,
  better_response_id: 0,
  safer_response_id: 1,
  prompt_source: 'toy',
};

describe('formats', () => {
  it('reads our own, for SFT and DPO, with further fields as meta', async () => {
    const rows = await read(
      lines(
        { id: 'one', instruction: 'How?', response: 'No.', harmful: false, phrase: 'x', kind: 'product' },
        {
          instruction: 'Why?',
          chosen: 'No.',
          rejected: 'So.',
          category: 'cakes',
          toString: 'x',
          meta: { a: 1 },
          response: null,
        },
      ),
    );
    expect(rows).toEqual([
      expect.objectContaining({
        id: 'one',
        line: 1,
        instruction: 'How?',
        response: 'No.',
        harmful: false,
        phrase: 'x',
        kind: 'product',
        format: 'sea',
      }),
      expect.objectContaining({
        id: 'cakes-2',
        line: 2,
        chosen: 'No.',
        rejected: 'So.',
        meta: { category: 'cakes', toString: 'x', a: 1 },
      }),
    ]);
    expect(rows[1].response).toBeUndefined();
    expect(rows[1].raw).toMatchObject({ response: null, category: 'cakes' });
  });

  it('maps PKU-SafeRLHF to chosen and rejected', async () => {
    const rows = await read(
      lines(
        pkuRow,
        { ...pkuRow, is_response_0_safe: true, is_response_1_safe: false, safer_response_id: 0 },
        { ...pkuRow, is_response_0_safe: true },
        { ...pkuRow, is_response_1_safe: false },
        { ...pkuRow, safer_response_id: 0 },
      ),
    );
    expect(rows[0]).toMatchObject({
      format: 'pku-saferlhf',
      instruction: 'How do I bake a cake?',
      chosen: 'I cannot say.',
      rejected: 'With flour.',
    });
    expect(rows[1]).toMatchObject({ chosen: 'With flour.', rejected: 'I cannot say.' });
    expect(rows[2]).toMatchObject({ response: 'I cannot say.' });
    expect(rows[2].chosen).toBeUndefined();
    expect(rows[3].rejection?.code).toBe('no-safe-response');
    expect(rows[4].rejection?.code).toBe('inconsistent-labels');
  });

  it('maps Alpaca, its input joined to the instruction', async () => {
    const rows = await read(
      lines(
        { instruction: 'Name it.', input: '', output: 'A cake.' },
        { instruction: 'Translate.', input: 'Kuchen', output: 'cake', id: 7 },
      ),
    );
    expect(rows).toEqual([
      expect.objectContaining({ format: 'alpaca', instruction: 'Name it.', response: 'A cake.' }),
      expect.objectContaining({ id: '7', instruction: 'Translate.\n\nKuchen', response: 'cake' }),
    ]);
  });

  it('reads a JSON array', async () => {
    const rows = await read(
      `\uFEFF ${JSON.stringify(
        [
          { instruction: 'a', output: 'b' },
          { instruction: 'c', output: 'd' },
        ],
        null,
        2,
      )}`,
      {},
      'list.json',
    );
    expect(rows.map(({ id, line }) => [id, line])).toEqual([
      ['list-1', 1],
      ['list-2', 2],
    ]);
  });

  it('takes an override', async () => {
    const row = { instruction: 'a', output: 'b', response: 'c' };
    expect((await read(lines(row)))[0]).toMatchObject({ format: 'sea', response: 'c' });
    expect((await read(lines(row), { format: 'alpaca' }))[0]).toMatchObject({
      format: 'alpaca',
      response: 'b',
    });
  });

  it('tells formats by their fields', () => {
    expect(detectFormat({ prompt: '' })).toBeUndefined();
    expect(detectFormat([])).toBeUndefined();
    expect(detectFormat('x')).toBeUndefined();
    expect(detectFormat({ instruction: '', output: '' })).toBe('alpaca');
    expect(detectFormat({ instruction: '', output: '', chosen: '', rejected: '' })).toBe('sea');
  });
});

describe('faults name file, line and field', () => {
  const ok = { instruction: 'a', response: 'b' };
  it.each([
    ['not JSON', `${lines(ok)}\n{"instruction": "a", `, 2, undefined, /not valid JSON/],
    ['a field missing', lines(ok, { response: 'b' }), 2, 'instruction', /./],
    ['a wrong type', lines({ instruction: 5, response: 'b' }), 1, 'instruction', /string/],
    ['no response', lines(ok, { instruction: 'a' }), 2, 'response', /chosen and rejected/],
    ['half a pair', lines({ instruction: 'a', chosen: 'b' }), 1, 'rejected', /chosen is there/],
    [
      'the other half',
      lines({ instruction: 'a', rejected: 'b', response: 'c' }),
      1,
      'chosen',
      /rejected is there/,
    ],
    ['a wrong kind', lines({ ...ok, kind: 'animal' }), 1, 'kind', /activity/],
    ['a changed format', lines(ok, { instruction: 'a', output: 'b' }), 2, 'response', /format sea/],
    ['an id twice', lines({ ...ok, id: 'x' }, { ...ok, id: 'x' }), 2, 'id', /line 1/],
    [
      'PKU labels that are no labels',
      lines({ ...pkuRow, safer_response_id: 2 }),
      1,
      'safer_response_id',
      /0 or 1/,
    ],
    ['a row that is a list', lines(ok, []), 2, undefined, /JSON object/],
    ['unknown fields', lines({ question: 'a', answer: 'b' }), 1, undefined, /question, answer/],
    ['a number', '12', 1, undefined, /no known dataset format/],
  ])('%s', async (_name, text, line, field, message) => {
    await expect(read(text)).rejects.toMatchObject({
      name: 'DatasetError',
      file: join(folder, 'cakes.jsonl'),
      line,
      field,
      message: expect.stringMatching(message),
    });
  });

  it('in an array too', async () => {
    await expect(read('[{"instruction": "a", "output": "b"}, 3]', {}, 'a.json')).rejects.toMatchObject({
      line: 2,
    });
    await expect(read('[{"instruction": "a"', {}, 'a.json')).rejects.toThrow(/a\.json: not valid JSON/);
  });

  it('and a file that is not there', async () => {
    const reading = readDataset(join(folder, 'nowhere.json'));
    await expect(reading.next()).rejects.toMatchObject({
      name: 'DatasetError',
      message: expect.stringContaining('no such file'),
    });
  });
});

describe('screening', () => {
  const screen = (row: Record<string, string>) => screenRow({ instruction: 'Bake', ...row }, defaultLimits);
  it.each([
    [{ instruction: ' \u200B\n' }, 'empty-instruction'],
    [{ instruction: 'x'.repeat(10_240) }, 'instruction-too-long'],
    [{ response: 'x'.repeat(8001) }, 'response-too-long'],
    [{ rejected: '\u0000' }, 'empty-response'],
    [{ instruction: 'What is <image> this?' }, 'special-token'],
    [{ chosen: 'Fine.</s> USER:' }, 'special-token'],
  ])('%j', (row, code) => expect(screen(row)).toMatchObject({ fault: { code } }));

  it('cleans what it takes', () => {
    expect(
      screen({ instruction: '\u0007Bake  a\tcake\r\n', response: ' ok\u202E ', phrase: ' a\u200B cake ' }),
    ).toEqual({
      row: { instruction: 'Bake a cake', response: 'ok', phrase: 'a cake' },
    });
    expect(screen({ phrase: '\u200B' })).toEqual({ row: { instruction: 'Bake' } });
  });
});
