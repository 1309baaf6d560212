import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDifference } from './lock-difference.mjs';

const lock = {
  packages: {
    '': { name: 'workspace' },
    'packages/a': { name: 'a', version: '1.0.0' },
    'node_modules/a': { resolved: 'packages/a', link: true },
    'node_modules/b': { version: '2.0.0', resolved: 'https://registry/b', integrity: 'sha512-b' },
    'node_modules/c': { version: '3.0.0', optional: true, os: ['aix'] },
  },
};
const { 'node_modules/a': a, 'node_modules/b': b, 'node_modules/c': c } = lock.packages;
const installed = { packages: { 'node_modules/a': a, 'node_modules/b': b } };

describe('lockDifference', () => {
  it('is none where only optional packages are missing or others are there, too', () => {
    expect(lockDifference(lock, installed)).toBeUndefined();
    const more = { ...installed.packages, 'node_modules/c': c, 'node_modules/d': { version: '1.0.0' } };
    expect(lockDifference(lock, { packages: more })).toBeUndefined();
  });

  it.each([
    ['a package is missing', { 'node_modules/a': a }, 'node_modules/b'],
    ['a workspace link is missing', { 'node_modules/b': b }, 'node_modules/a'],
    [
      'a version differs',
      { ...installed.packages, 'node_modules/b': { ...b, version: '2.0.1' } },
      'node_modules/b',
    ],
    [
      'contents differ',
      { ...installed.packages, 'node_modules/b': { ...b, integrity: 'sha512-x' } },
      'node_modules/b',
    ],
    [
      'an optional package differs',
      { ...installed.packages, 'node_modules/c': { version: '2.9.0' } },
      'node_modules/c',
    ],
  ])('names it where %s', (_, packages, name) => {
    expect(lockDifference(lock, { packages })).toBe(name);
  });
});

/** Stands in for npm: empties node_modules like `npm ci`, takes its time, and fails if another does the same. */
const npm = `#!${process.execPath}
const fs = require('node:fs');
fs.appendFileSync('calls.txt', process.argv.slice(2).join(' ') + '\\n');
fs.writeFileSync('busy', '', { flag: 'wx' });
fs.rmSync('node_modules', { recursive: true, force: true });
setTimeout(() => {
  fs.mkdirSync('node_modules');
  if (!fs.existsSync('fails')) fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
  fs.rmSync('busy');
  process.exit(fs.existsSync('fails') ? 1 : 0);
}, 400);
`;

let root = '';
const inRoot = (...names) => path.join(root, ...names);

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'sea-install-'));
  mkdirSync(inRoot('bin'));
  writeFileSync(inRoot('bin', 'npm'), npm);
  chmodSync(inRoot('bin', 'npm'), 0o755);
  writeFileSync(inRoot('package-lock.json'), JSON.stringify(lock));
});
afterEach(() => rmSync(root, { recursive: true }));

/** `ensureInstall` on the workspace in `root`, in a process of its own. */
function ensureInstall() {
  const module = pathToFileURL(path.resolve(import.meta.dirname, 'ensure-install.mjs')).href;
  const script = `import { ensureInstall } from ${JSON.stringify(module)}; ensureInstall(${JSON.stringify(root)});`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, PATH: `${inRoot('bin')}${path.delimiter}${process.env.PATH}` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr })));
}

const calls = () =>
  existsSync(inRoot('calls.txt')) ? readFileSync(inRoot('calls.txt'), 'utf8').trimEnd().split('\n') : [];

// The stand-in is a script with a first line that names its interpreter.
describe.skipIf(process.platform === 'win32')('ensureInstall', { timeout: 60_000 }, () => {
  it('installs once; not again because a checkout made the lock file newer, but when it says something else', async () => {
    expect(await ensureInstall()).toMatchObject({ code: 0, stderr: expect.stringContaining('npm ci') });
    expect(calls()).toEqual(['ci --no-fund --no-audit --loglevel=error']);
    const later = new Date(Date.now() + 60_000);
    utimesSync(inRoot('package-lock.json'), later, later);
    expect(await ensureInstall()).toEqual({ code: 0, stderr: '' });
    expect(calls()).toHaveLength(1);

    const newer = { packages: { ...lock.packages, 'node_modules/b': { ...b, version: '2.1.0' } } };
    writeFileSync(inRoot('package-lock.json'), JSON.stringify(newer));
    const earlier = new Date(Date.now() - 3600_000);
    utimesSync(inRoot('package-lock.json'), earlier, earlier);
    expect(await ensureInstall()).toMatchObject({ code: 0 });
    expect(calls()).toHaveLength(2);
  });

  it('of three at once one installs, the others wait for it', async () => {
    const ended = await Promise.all([ensureInstall(), ensureInstall(), ensureInstall()]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(calls()).toHaveLength(1);
    expect(existsSync(inRoot('.sea-install.lock'))).toBe(false);
  });

  it('takes over what a process that is gone has left', async () => {
    writeFileSync(inRoot('.sea-install.lock'), JSON.stringify({ pid: 2 ** 22 + 7 }));
    expect(await ensureInstall()).toMatchObject({ code: 0 });
    expect(calls()).toHaveLength(1);
  });

  it('says so where npm fails, and leaves no lock', async () => {
    writeFileSync(inRoot('fails'), '');
    const { code, stderr } = await ensureInstall();
    expect(code).toBe(1);
    expect(stderr).toContain('`npm ci` failed');
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(inRoot('.sea-install.lock'))).toBe(false);
  });
});
