import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { makeFolder } from './make-folder.js';
import { openRunFolder } from './run-folder.js';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sea-folder-'));
});
afterEach(() => rm(root, { recursive: true }));

describe('makeFolder', () => {
  it('makes what is missing on the way, and is content with what is there', async () => {
    const path = join(root, 'a', 'b', 'c');
    await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(root, 'a', 'd'))]);
    await makeFolder(path);
    expect((await stat(path)).isDirectory()).toBe(true);
    await makeFolder('/');
  });

  it('goes through links, but not through one that leads nowhere', async () => {
    await makeFolder(join(root, 'real'));
    await symlink(join(root, 'real'), join(root, 'link'));
    await makeFolder(join(root, 'link', 'below'));
    expect(existsSync(join(root, 'real', 'below'))).toBe(true);
    await symlink(join(root, 'nowhere'), join(root, 'dangling'));
    await expect(makeFolder(join(root, 'dangling', 'below'))).rejects.toThrow();
  });

  it('refuses a file in the place of the folder, or above it', async () => {
    await writeFile(join(root, 'file'), '');
    await expect(makeFolder(join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeFolder(join(root, 'file', 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  // Here `mkdir` with `recursive` never comes back.
  it.skipIf(!existsSync('/proc/self'))('ends on a file system that makes no folders', async () => {
    await expect(makeFolder('/proc/sea-test/run')).rejects.toMatchObject({
      code: 'SEA_DISK',
      errno: 'ENOENT',
    });
    await expect(openRunFolder('/proc/sea-test/run', { config: {} })).rejects.toThrow(
      'Cannot write /proc/sea-test: ',
    );
  });
});
