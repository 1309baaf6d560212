import { describe, expect, it } from 'vitest';
import { lock, nameAt, published, readJson, treeOf, type LockedPackage } from './locked-packages.js';

const { allowScripts } = readJson<{ allowScripts: Record<string, boolean> }>('package.json');
const withScript = Object.keys(lock).filter(
  (place) => lock[place].hasInstallScript && place.includes('node_modules/'),
);

describe('install scripts', () => {
  it('every package that has one is named in allowScripts, and no other', () => {
    expect([...new Set(withScript.map(nameAt))].sort()).toEqual(Object.keys(allowScripts).sort());
  });

  it('only those that make ffmpeg executable may run', () => {
    const allowed = Object.keys(allowScripts).filter((name) => allowScripts[name]);
    expect(allowed.filter((name) => !/^@(ffmpeg|ffprobe)-installer\//.test(name))).toEqual([]);
  });

  it('what a user cannot leave out has none but those that only print', () => {
    const hard = treeOf(lock, published, { optional: false });
    const left = withScript.filter((place) => hard.has(place)).map(nameAt);
    expect(left.filter((name) => name !== 'protobufjs')).toEqual([]);
  });
});

describe('the lock file', () => {
  it('takes every package from the npm registry, with its checksum', () => {
    const remote = Object.entries(lock).filter(
      ([place, { link }]) => place.includes('node_modules/') && !link,
    );
    // The registry is the one that npm is set to; an address elsewhere would be written down.
    const elsewhere = ({ resolved }: LockedPackage) =>
      resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/');
    const odd = remote.filter(([, it]) => elsewhere(it) || !it.integrity?.startsWith('sha512-'));
    expect(remote.length).toBeGreaterThan(300);
    expect(odd.map(([place]) => place)).toEqual([]);
  });
});
