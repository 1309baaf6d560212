import { mkdtemp, open, readFile, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';

import { DatasetError } from './errors/dataset-error.js';
import { DiskError } from './errors/disk-error.js';
import { JsonlLog } from './jsonl-log.js';

const schema = z.strictObject({ id: z.string(), n: z.number() });
const rows = [
  { id: 'a', n: 1 },
  { id: 'é😀', n: -2.5 },
  { id: '}{\n"', n: 3 },
];
let folder = '';
let path = '';
let fileHandle: FileHandle;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sea-log-'));
  path = join(folder, 'log.jsonl');
  const handle = await open(join(folder, 'probe'), 'w');
  fileHandle = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(path, { force: true });
});

async function reopen(): Promise<{ id: string; n: number }[]> {
  const log = await JsonlLog.open(path, schema);
  await log.close();
  return log.entries;
}

describe('JsonlLog', () => {
  it('keeps what was appended, in order', async () => {
    const log = await JsonlLog.open(join(folder, 'deep', 'log.jsonl'), schema);
    expect(log.entries).toEqual([]);
    await Promise.all(rows.map((row) => log.append(row)));
    expect(log.entries).toEqual(rows);
    await log.close();
    const again = await JsonlLog.open(join(folder, 'deep', 'log.jsonl'), schema);
    expect(again.entries).toEqual(rows);
    expect(again.droppedBytes).toBe(0);
    await again.close();
  });

  it('has one writer at a time: the second is refused, and nothing is lost', async () => {
    const log = await JsonlLog.open(path, schema);
    await log.append(rows[0]);
    await expect(JsonlLog.open(path, schema)).rejects.toMatchObject({ code: 'SEA_FILE_BUSY' });
    await log.append(rows[1]);
    await log.close();
    expect(await reopen()).toEqual(rows.slice(0, 2));
  });

  it('a line is in the file when append resolves', async () => {
    const log = await JsonlLog.open(path, schema);
    await log.append(rows[0]);
    expect(await readFile(path, 'utf8')).toBe('{"id":"a","n":1}\n');
    await log.close();
  });

  it('cut at any byte, it opens with the whole lines, drops the rest, and appends cleanly', async () => {
    const lines = rows.map((row) => Buffer.from(`${JSON.stringify(row)}\n`));
    const whole = Buffer.concat(lines);
    for (let cut = 0; cut <= whole.length; cut++) {
      await writeFile(path, whole.subarray(0, cut));
      // An object is whole once its last brace is there, with or without the line end.
      let end = 0;
      const kept = rows.filter((_, at) => (end += lines[at].length) - 1 <= cut);
      const keptBytes = lines.slice(0, kept.length).reduce((sum, line) => sum + line.length, 0);

      const log = await JsonlLog.open(path, schema);
      expect(log.entries).toEqual(kept);
      expect(log.droppedBytes).toBe(Math.max(0, cut - keptBytes));
      await log.append({ id: 'next', n: 9 });
      await log.close();
      expect(await reopen()).toEqual([...kept, { id: 'next', n: 9 }]);
    }
  });

  it('a number without its line end may be half a number', async () => {
    await writeFile(path, '1\n12');
    const log = await JsonlLog.open(path, z.number());
    expect(log.entries).toEqual([1]);
    await log.close();
    expect(await readFile(path, 'utf8')).toBe('1\n');
  });

  it('a hole that a power cut left in the last line is dropped', async () => {
    await writeFile(path, `{"id":"a","n":1}\n${'\0'.repeat(20)}\n`);
    expect(await reopen()).toEqual([{ id: 'a', n: 1 }]);
  });

  it('a broken line before the last is an error, and the file is left alone', async () => {
    const text = '{"id":"a","n":1}\n{"id":"b"\n{"id":"c","n":3}\n';
    await writeFile(path, text);
    await expect(reopen()).rejects.toThrow(/log\.jsonl:2: not valid JSON/);
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('a whole last line that does not fit is an error, not dropped', async () => {
    await writeFile(path, '{"id":"a","n":1}\n{"id":"b","n":"2"}\n');
    await expect(reopen()).rejects.toThrow(/log\.jsonl:2: n: /);
  });

  it('refuses a value that could not be read again, and goes on', async () => {
    const log = await JsonlLog.open(path, schema);
    const error: unknown = await log.append({ id: 'x', n: Number.NaN }).catch((thrown: unknown) => thrown);
    expect(DatasetError.isInstance(error)).toBe(true);
    await log.append(rows[0]);
    await log.close();
    expect(await reopen()).toEqual([rows[0]]);
  });

  it('a full disk is a DiskError; half a line is taken back; appending works again once there is space', async () => {
    const log = await JsonlLog.open(path, schema);
    await log.append(rows[0]);
    const write = fileHandle.write;
    let calls = 0;
    vi.spyOn(fileHandle, 'write').mockImplementation(function (this: FileHandle, ...args: unknown[]) {
      calls += 1;
      if (calls > 1) return Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
      const [data, at, , position] = args as [Uint8Array, number, number, number];
      return Reflect.apply(write, this, [data, at, 5, position]) as Promise<never>;
    } as FileHandle['write']);
    const error: unknown = await log.append(rows[1]).catch((thrown: unknown) => thrown);
    expect(DiskError.isInstance(error) && error.code).toBe('SEA_DISK_FULL');
    expect(calls).toBe(2);
    expect(await readFile(path, 'utf8')).toBe('{"id":"a","n":1}\n');
    vi.restoreAllMocks();
    await log.append(rows[2]);
    await log.close();
    expect(await reopen()).toEqual([rows[0], rows[2]]);
  });
});
