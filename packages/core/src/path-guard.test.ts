import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RunFolderError } from './errors/run-folder-error.js';
import { ensureInside, safeFileName } from './path-guard.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sea-guard-'));
  await mkdir(join(folder, 'run', 'sub'), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true }));

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[A-Za-z0-9._/\\-]{0,12}$/),
  fc.constantFrom(
    '',
    '.',
    '..',
    '../x',
    '/etc/passwd',
    'a/../../b',
    'C:\\x',
    'NUL',
    'con.txt',
    'a.',
    'a\0b',
    '-rf',
    '.env',
  ),
  fc.string({ minLength: 200, maxLength: 500 }),
);

describe('safeFileName', () => {
  it('keeps ids that are plain', () => {
    for (const id of ['a', 'sample_0012', 'v1.2-b', '0']) expect(safeFileName(id)).toBe(id);
  });

  it('is one safe segment for any id, which stays inside the folder', () => {
    fc.assert(
      fc.property(nasty, (id) => {
        const name = safeFileName(id);
        expect(name).toMatch(/^[a-z0-9_][a-z0-9._-]*$/);
        expect(name.length).toBeLessThanOrEqual(100);
        expect(name).not.toMatch(/\.$|^(con|nul|aux|prn|com\d|lpt\d)(\.|$)/);
        expect(basename(ensureInside(folder, name))).toBe(name);
      }),
      { numRuns: 1000 },
    );
  });

  it('different ids get different names, also where case is ignored, also if an id looks like such a name', () => {
    fc.assert(
      fc.property(nasty, nasty, (a, b) => {
        fc.pre(a !== b);
        expect(safeFileName(a).toLowerCase()).not.toBe(safeFileName(b).toLowerCase());
      }),
      { numRuns: 1000 },
    );
    const ids = ['a/b', 'a_b', 'A_b', 'a b', 'a\\b', safeFileName('a/b')];
    expect(new Set(ids.map(safeFileName)).size).toBe(ids.length);
  });
});

describe('ensureInside', () => {
  it('joins segments under the root', () => {
    expect(ensureInside(join(folder, 'run'), 'sub', 'new', 'a.txt')).toBe(
      join(folder, 'run', 'sub', 'new', 'a.txt'),
    );
    expect(ensureInside(join(folder, 'run'))).toBe(join(folder, 'run'));
    expect(ensureInside(join(folder, 'run'), 'sub/../..b')).toBe(join(folder, 'run', '..b'));
    expect(ensureInside(join(folder, 'not-made-yet'), 'a')).toBe(join(folder, 'not-made-yet', 'a'));
  });

  it.each([
    [['..']],
    [['..', 'run-other']],
    [['sub', '..', '..', 'x']],
    [['sub/../../x']],
    [['/etc/passwd']],
    [['a\0b']],
  ])('refuses %j', (segments) => {
    expect(() => ensureInside(join(folder, 'run'), ...segments)).toThrow(RunFolderError);
  });

  it('refuses a symbolic link that leads out, and allows one that stays in', async () => {
    await symlink(folder, join(folder, 'run', 'out'));
    await symlink(join(folder, 'run', 'sub'), join(folder, 'run', 'in'));
    expect(() => ensureInside(join(folder, 'run'), 'out', 'x', 'y')).toThrow(/would leave the folder/);
    expect(ensureInside(join(folder, 'run'), 'in', 'x')).toBe(join(folder, 'run', 'in', 'x'));
  });

  it('allows a root that is itself behind a link', async () => {
    await symlink(join(folder, 'run'), join(folder, 'alias'));
    expect(ensureInside(join(folder, 'alias'), 'a')).toBe(join(folder, 'alias', 'a'));
  });
});
