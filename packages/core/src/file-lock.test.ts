import { spawnSync } from 'node:child_process';
import { access, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RunFolderError } from './errors/run-folder-error.js';
import { FileLock } from './file-lock.js';

let folder = '';
let count = 0;
/** A file of its own for every test, and its lock. */
const fresh = (): [file: string, lock: string] => {
  const file = join(folder, `log-${count++}.jsonl`);
  return [file, `${file}.lock`];
};
const holder = (change: Record<string, unknown>): string =>
  JSON.stringify({ pid: process.ppid, host: hostname(), since: Date.now(), ...change });
const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sea-lock-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('FileLock', () => {
  it('is there while it is held, and says who holds it', async () => {
    const [file, path] = fresh();
    const lock = await FileLock.acquire(file);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() });
    const error: unknown = await FileLock.acquire(file).catch((thrown: unknown) => thrown);
    expect(RunFolderError.isInstance(error) && error.code).toBe('SEA_FILE_BUSY');
    await lock.release();
    expect(await isThere(path)).toBe(false);
    await (await FileLock.acquire(file)).release();
  });

  it.each([
    ['a process that runs', {}],
    ['a process of another machine', { host: 'elsewhere', pid: 1, since: 0 }],
  ])('of %s is respected', async (_, change) => {
    const [file, path] = fresh();
    const text = holder(change);
    await writeFile(path, text);
    const error = (await FileLock.acquire(file).catch((thrown: unknown) => thrown)) as RunFolderError;
    expect(error).toMatchObject({ code: 'SEA_FILE_BUSY', exitCode: 2 });
    expect(error.message).toContain(file);
    expect(error.hint).toContain('.jsonl.lock');
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('just made, with nothing in it yet, is respected', async () => {
    const [file, path] = fresh();
    await writeFile(path, '');
    await expect(FileLock.acquire(file)).rejects.toThrow('another process');
    await utimes(path, 0, 0);
    await (await FileLock.acquire(file)).release();
  });

  it.each([
    ['a process that has ended', () => ({ pid: spawnSync(process.execPath, ['-e', '']).pid })],
    ['an earlier process of this number', () => ({ pid: process.pid })],
    ['before the machine was started', () => ({ since: 0 })],
  ])('of %s is taken over', async (_, change) => {
    const [file, path] = fresh();
    await writeFile(path, holder(change()));
    const lock = await FileLock.acquire(file);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid });
    await lock.release();
  });

  it('goes with its process, however that ends, unless it is killed', () => {
    const [file, path] = fresh();
    const program = `import { FileLock } from ${JSON.stringify(fileURLToPath(new URL('file-lock.ts', import.meta.url)))};
      await FileLock.acquire(${JSON.stringify(file)});
      const { existsSync } = await import('node:fs');
      console.log(existsSync(${JSON.stringify(path)}));
      process.argv.includes('kill') ? process.kill(process.pid, 'SIGKILL') : process.exit(3);`;
    const run = (...args: string[]) =>
      spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-', ...args], {
        input: program,
        encoding: 'utf8',
      });
    const ended = run();
    expect([ended.stdout.trim(), ended.status], ended.stderr).toEqual(['true', 3]);
    // The next one finds nothing, and is killed; the one after it takes over.
    expect(run('kill').signal).toBe('SIGKILL');
    expect(run().stdout.trim()).toBe('true');
  }, 60_000);
});
