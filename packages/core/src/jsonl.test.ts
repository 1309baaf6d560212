import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { DatasetError } from './errors/dataset-error.js';
import { readJsonl } from './jsonl-read.js';
import { writeJsonl } from './jsonl-write.js';

const schema = z.strictObject({ id: z.string(), n: z.number() });
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sea-jsonl-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(
  content: string | Uint8Array,
): Promise<{ value: { id: string; n: number }; line: number }[]> {
  const path = join(folder, 'read.jsonl');
  await writeFile(path, content);
  const entries = [];
  for await (const entry of readJsonl(path, schema)) entries.push(entry);
  return entries;
}

async function fault(content: string | Uint8Array): Promise<DatasetError> {
  const error: unknown = await read(content).catch((thrown: unknown) => thrown);
  if (!DatasetError.isInstance(error)) throw new Error(`wanted a DatasetError, got ${String(error)}`);
  return error;
}

describe('readJsonl', () => {
  it('reads lines with their numbers; BOM, CRLF, blank lines and a missing last line end are fine', async () => {
    const entries = await read('\uFEFF{"id":"a","n":1}\r\n\r\n  \n{"id":"b","n":2}\n\n{"id":"c","n":3}');
    expect(entries).toEqual([
      { value: { id: 'a', n: 1 }, line: 1 },
      { value: { id: 'b', n: 2 }, line: 4 },
      { value: { id: 'c', n: 3 }, line: 6 },
    ]);
  });

  it('an empty file has no entries', async () => {
    expect(await read('')).toEqual([]);
  });

  it('does not split at the line separators that JSON strings may hold, nor inside a character', async () => {
    // Longer than one read, so that multi-byte characters fall on its borders.
    const rows = Array.from({ length: 3000 }, (_, n) => ({ id: `\u2028é😀\u0085${'漢'.repeat(n % 97)}`, n }));
    const entries = await read(rows.map((row) => JSON.stringify(row)).join('\n'));
    expect(entries.map(({ value }) => value)).toEqual(rows);
  });

  it('a line that is not JSON is named by file and line', async () => {
    const error = await fault('{"id":"a","n":1}\n\n{"id":"b",\n{"id":"c","n":3}\n');
    expect(error).toMatchObject({ file: join(folder, 'read.jsonl'), line: 3, exitCode: 2 });
    expect(error.message).toContain('read.jsonl:3: not valid JSON');
  });

  it('a wrong field is named, all others too', async () => {
    const error = await fault('{"id":"a","n":1}\n{"id":2,"n":"x","extra":true}\n');
    expect(error).toMatchObject({ line: 2, field: 'id' });
    expect(error.message).toMatch(/read\.jsonl:2: id: .*string/);
    expect(error.message).toMatch(/n: .*number/);
    expect(error.message).toContain('extra: unknown key');
  });

  it('a byte that is not UTF-8 is named by line', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"id":"a","n":1}\n{"id":"'),
      Buffer.from([0xe9]),
      Buffer.from('","n":1}\n'),
    ]);
    expect(await fault(bytes)).toMatchObject({ line: 2 });
    expect((await fault(bytes)).message).toContain('not valid UTF-8');
  });

  it('a missing file and a folder are named', async () => {
    const drain = async (path: string): Promise<void> => {
      for await (const entry of readJsonl(path, schema)) void entry;
    };
    await expect(drain(join(folder, 'none.jsonl'))).rejects.toThrow(/none\.jsonl: no such file/);
    await expect(drain(folder)).rejects.toThrow(/is a folder/);
  });

  it('yields the lines before the fault: reading is streamed', async () => {
    const path = join(folder, 'stream.jsonl');
    await writeFile(path, '{"id":"a","n":1}\nnonsense\n');
    const reader = readJsonl(path, schema);
    expect((await reader.next()).value).toEqual({ value: { id: 'a', n: 1 }, line: 1 });
    await expect(reader.next()).rejects.toThrow(/:2:/);
  });

  it('stopping early does not fail', async () => {
    await writeFile(join(folder, 'early.jsonl'), '{"id":"a","n":1}\n'.repeat(50_000));
    for await (const { line } of readJsonl(join(folder, 'early.jsonl'), schema)) if (line === 2) break;
  });
});

describe('writeJsonl', () => {
  it('what was written is read again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            id: fc.string({ unit: 'binary' }),
            n: fc.double({ noNaN: true, noDefaultInfinity: true }),
          }),
        ),
        async (rows) => {
          const path = join(folder, 'round.jsonl');
          expect(await writeJsonl(path, rows)).toBe(rows.length);
          const back = [];
          for await (const { value } of readJsonl(path, schema)) back.push(value);
          expect(back).toEqual(rows.map((row) => ({ ...row, n: row.n + 0 === 0 ? 0 : row.n })));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('takes async sources and makes folders', async () => {
    async function* source(): AsyncGenerator<number> {
      yield* [1, 2, 3];
    }
    const path = join(folder, 'new', 'deep', 'a.jsonl');
    expect(await writeJsonl(path, source())).toBe(3);
    expect(await readFile(path, 'utf8')).toBe('1\n2\n3\n');
  });

  it('a source that fails half-way leaves the old file and no other', async () => {
    const own = join(folder, 'atomic');
    const path = join(own, 'a.jsonl');
    await writeJsonl(path, ['old']);
    function* source(): Generator<string> {
      yield 'x'.repeat(3_000_000);
      throw new Error('source broke');
    }
    await expect(writeJsonl(path, source())).rejects.toThrow('source broke');
    expect(await readFile(path, 'utf8')).toBe('"old"\n');
    expect(await readdir(own)).toEqual(['a.jsonl']);
  });

  it('refuses what JSON cannot hold', async () => {
    await expect(writeJsonl(join(folder, 'bad.jsonl'), [undefined])).rejects.toThrow(/undefined/);
  });
});
