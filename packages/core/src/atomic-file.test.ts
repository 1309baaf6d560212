import { execFile } from 'node:child_process';
import {
  chmod,
  mkdir,
  mkdtemp,
  open,
  readFile,
  readdir,
  rm,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { AtomicFile, isTemporaryName, writeFileAtomic } from './atomic-file.js';
import { DiskError } from './errors/disk-error.js';

const run = promisify(execFile);
let folder = '';
let fileHandle: FileHandle;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sea-atomic-'));
  const handle = await open(join(folder, 'probe'), 'w');
  fileHandle = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  await rm(join(folder, 'probe'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const noSpace = (): Error => Object.assign(new Error('no space left'), { code: 'ENOSPC' });

describe('writeFileAtomic', () => {
  it('writes text and bytes, makes folders, replaces, and leaves nothing else', async () => {
    const own = join(folder, 'plain', 'deep');
    await writeFileAtomic(join(own, 'a'), 'é');
    await writeFileAtomic(join(own, 'b'), Uint8Array.of(0, 255, 10));
    await writeFileAtomic(join(own, 'a'), 'second');
    expect(await readFile(join(own, 'a'), 'utf8')).toBe('second');
    expect([...(await readFile(join(own, 'b')))]).toEqual([0, 255, 10]);
    expect((await readdir(own)).sort()).toEqual(['a', 'b']);
  });

  it('goes on where the system wrote less than asked', async () => {
    const write = fileHandle.write;
    vi.spyOn(fileHandle, 'write').mockImplementation(function (this: FileHandle, ...args: unknown[]) {
      const [data, at, length] = args as [Uint8Array, number, number];
      return Reflect.apply(write, this, [data, at, Math.min(3, length), null]) as Promise<never>;
    } as FileHandle['write']);
    await writeFileAtomic(join(folder, 'short'), 'abcdefghij');
    expect(await readFile(join(folder, 'short'), 'utf8')).toBe('abcdefghij');
  });

  it.each(['write', 'sync'] as const)(
    'a disk that is full at %s: DiskError, old file kept, no litter',
    async (step) => {
      const own = join(folder, `full-${step}`);
      await writeFileAtomic(join(own, 'a'), 'old');
      vi.spyOn(fileHandle, step).mockImplementation(() => Promise.reject(noSpace()));
      const error: unknown = await writeFileAtomic(join(own, 'a'), 'new').catch((thrown: unknown) => thrown);
      expect(DiskError.isInstance(error) && [error.code, error.path]).toEqual([
        'SEA_DISK_FULL',
        join(own, 'a'),
      ]);
      expect(await readdir(own)).toEqual(['a']);
      expect(await readFile(join(own, 'a'), 'utf8')).toBe('old');
    },
  );

  it('a folder in place of the file, a file in place of a folder: DiskError, no litter', async () => {
    const own = join(folder, 'kinds');
    await mkdir(join(own, 'taken'), { recursive: true });
    await writeFile(join(own, 'file'), '');
    await expect(writeFileAtomic(join(own, 'taken'), 'x')).rejects.toThrow(
      /Cannot write .*a folder of that name/,
    );
    await expect(writeFileAtomic(join(own, 'file', 'below'), 'x')).rejects.toThrow(/Cannot write .*a file/);
    expect((await readdir(own)).sort()).toEqual(['file', 'taken']);
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'no permission: DiskError',
    async () => {
      const own = join(folder, 'locked');
      await mkdir(own);
      await chmod(own, 0o500);
      await expect(writeFileAtomic(join(own, 'a'), 'x')).rejects.toThrow(/permission denied/);
      await chmod(own, 0o700);
    },
  );
});

describe('AtomicFile', () => {
  it('shows nothing before commit, nothing after discard', async () => {
    const own = join(folder, 'staged');
    const file = await AtomicFile.open(join(own, 'a'));
    await file.write('one ');
    await file.write('two');
    expect((await readdir(own)).every(isTemporaryName)).toBe(true);
    await file.commit();
    await file.discard();
    expect(await readFile(join(own, 'a'), 'utf8')).toBe('one two');
    const dropped = await AtomicFile.open(join(own, 'a'));
    await dropped.write('three');
    await dropped.discard();
    expect(await readFile(join(own, 'a'), 'utf8')).toBe('one two');
    expect(await readdir(own)).toEqual(['a']);
    await expect(dropped.write('x')).rejects.toThrow(/already/);
  });
});

/** Whether a small file system can be mounted here (Linux with user namespaces). */
async function canMount(): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  return run('unshare', ['-rm', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', '/mnt']).then(
    () => true,
    () => false,
  );
}

describe.skipIf(!(await canMount()))('on a file system of 64 KiB that is really full', () => {
  it('artefacts and logs fail with DiskError and lose nothing that was there', async () => {
    const core = fileURLToPath(new URL('./index.ts', import.meta.url));
    const script = `
      import { readdirSync, readFileSync } from 'node:fs';
      import { DiskError, JsonlLog, writeFileAtomic, writeJsonl } from ${JSON.stringify(core)};
      import { z } from 'zod';
      const code = (error) => (DiskError.isInstance(error) ? error.code : String(error));
      const result = {};
      await writeFileAtomic('/mnt/a', 'old');
      result.artefact = await writeFileAtomic('/mnt/a', 'x'.repeat(100_000)).then(() => 'written', code);
      result.jsonl = await writeJsonl('/mnt/b.jsonl', Array(100).fill('x'.repeat(1000))).then(() => 'written', code);
      const log = await JsonlLog.open('/mnt/log.jsonl', z.string());
      let appended = 0;
      result.log = await (async () => { for (;;) { await log.append('y'.repeat(999)); appended += 1; } })().catch(code);
      await log.close();
      const again = await JsonlLog.open('/mnt/log.jsonl', z.string());
      await again.close();
      result.same = again.entries.length === appended && appended > 10 && again.droppedBytes === 0;
      result.a = readFileSync('/mnt/a', 'utf8');
      result.names = readdirSync('/mnt').sort();
      process.stdout.write(JSON.stringify(result));
    `;
    const node = [
      process.execPath,
      '--conditions=@sea-align/source',
      '--import',
      'tsx',
      '--input-type=module',
      '-e',
    ];
    const { stdout } = await run('unshare', [
      '-rm',
      'sh',
      '-c',
      'mount -t tmpfs -o size=64k none /mnt && exec "$@"',
      'sh',
      ...node,
      script,
    ]);
    expect(JSON.parse(stdout)).toEqual({
      artefact: 'SEA_DISK_FULL',
      jsonl: 'SEA_DISK_FULL',
      log: 'SEA_DISK_FULL',
      same: true,
      a: 'old',
      names: ['a', 'log.jsonl'],
    });
  });
});
