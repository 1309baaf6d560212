import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { canonicalJson } from './canonical-json.js';
import { sha256, sha256File } from './sha256.js';

describe('canonicalJson', () => {
  it('sorts keys at every depth, keeps lists in order, leaves undefined out', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }, 3], a: undefined, 10: 'x', 9: null })).toBe(
      '{"9":null,"10":"x","b":[{"c":2,"d":1},3]}',
    );
  });

  it('does not depend on the order that keys were set in, and loses nothing', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('sha256', () => {
  // FIPS 180-2, appendix B: "abc", and one million times "a".
  it('matches the published vectors', async () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256(Uint8Array.of(97, 98, 99))).toBe(sha256('abc'));
    const folder = await mkdtemp(join(tmpdir(), 'sea-sha-'));
    await writeFile(join(folder, 'a'), 'a'.repeat(1_000_000));
    expect(await sha256File(join(folder, 'a'))).toBe(
      'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0',
    );
    await expect(sha256File(join(folder, 'none'))).rejects.toThrow(/ENOENT/);
    await rm(folder, { recursive: true });
  });
});
