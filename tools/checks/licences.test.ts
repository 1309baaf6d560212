import { describe, expect, it } from 'vitest';
import { lock, nameAt, published, treeOf, type Lock } from './locked-packages.js';

/** What asks for attribution at most. OFL-1.1: fonts. BSD-4-Clause: the speech synthesiser's notice, which it carries. */
const free = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BSD-4-Clause',
  'ISC',
  'MIT',
  'OFL-1.1',
  'Unlicense',
];

/** Packages whose manifest says no licence, or none by a known name, with what their LICENSE file says. */
const looked: Readonly<Record<string, string>> = { async: 'MIT' };

/**
 * Optional packages under other licences. Programs that are started as processes of their own, never linked: ffmpeg and
 * ffprobe (GPL or LGPL by platform; `SEA_FFMPEG` names another one). Loaded as a shared library: libvips of sharp (LGPL).
 */
const optionalOnly = /^@(ffmpeg|ffprobe)-installer\/|^@img\/sharp-/;

const isFree = (entries: Lock, place: string): boolean => {
  const licence = entries[place].license ?? looked[nameAt(place)] ?? '';
  return licence
    .split(/ OR | AND |[()]/)
    .every((part) => part === '' || part === 'CC0-1.0' || free.includes(part));
};

const faults = (entries: Lock, places: Iterable<string>) =>
  [...places]
    .filter((place) => !isFree(entries, place))
    .map((place) => `${nameAt(place)}: ${entries[place].license}`);

describe('licences of what users install', () => {
  it('all of the hard tree is free to use, none under GPL, LGPL or AGPL', () => {
    const tree = treeOf(lock, published, { optional: false });
    expect(tree.size).toBeGreaterThan(60);
    expect(faults(lock, tree)).toEqual([]);
  });

  it('optional packages under other licences are known by name', () => {
    const others = faults(lock, treeOf(lock, published, { optional: true }));
    expect(others.length).toBeGreaterThan(0);
    expect(others.filter((fault) => !optionalOnly.test(fault))).toEqual([]);
  });

  it('a GPL package below another one would be found', () => {
    const entries: Lock = {
      'packages/kite': { license: 'MIT', dependencies: { string: '1' } },
      'node_modules/string': {
        license: 'MIT',
        dependencies: { knot: '1' },
        optionalDependencies: { bow: '1' },
      },
      'node_modules/string/node_modules/knot': { license: 'GPL-3.0' },
      'node_modules/bow': { license: 'LGPL-2.1' },
    };
    const hard = treeOf(entries, ['packages/kite'], { optional: false });
    expect(faults(entries, hard)).toEqual(['knot: GPL-3.0']);
    expect(faults(entries, treeOf(entries, ['packages/kite'], { optional: true }))).toHaveLength(2);
  });
});
