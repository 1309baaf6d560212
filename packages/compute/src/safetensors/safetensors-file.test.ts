import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CheckpointError } from '@sea-align/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { float32ToBfloat16, float32ToFloat16 } from './half-precision.js';
import { openSafetensors } from './safetensors-file.js';
import { MapWeights, SafetensorsWeights } from './weights.js';
import { writeSafetensors } from './write-safetensors.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a safetensors file from its parts, however wrong they are: the header as text or bytes, then the data. */
function writeRawFile(
  path: string,
  header: string | Uint8Array,
  data: Uint8Array,
  headerBytes?: bigint,
): void {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const prefix = new Uint8Array(8);
  new DataView(prefix.buffer).setBigUint64(0, headerBytes ?? BigInt(text.length), true);
  writeFileSync(path, Buffer.concat([prefix, text, data]));
}

/** How many files this process holds open, where the system tells. */
function openFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return undefined;
  }
}

async function faultOf(path: string): Promise<CheckpointError> {
  const before = openFiles();
  const error = await openSafetensors(path).then(
    () => new Error('was accepted'),
    (fault: unknown) => fault,
  );
  expect(openFiles()).toBe(before);
  expect(CheckpointError.isInstance(error), String(error)).toBe(true);
  return error as CheckpointError;
}

describe('reading a file written byte by byte', () => {
  it('gives metadata, places and values of every element type', async () => {
    const path = join(folder, 'by-hand.safetensors');
    const header = {
      __metadata__: { format: 'pt' },
      half: { dtype: 'F16', shape: [2], data_offsets: [0, 4] },
      brain: { dtype: 'BF16', shape: [1, 2], data_offsets: [4, 8] },
      float: { dtype: 'F32', shape: [2, 1], data_offsets: [8, 16] },
      int: { dtype: 'I32', shape: [1], data_offsets: [16, 20] },
      long: { dtype: 'I64', shape: [], data_offsets: [20, 28] },
      byte: { dtype: 'U8', shape: [3], data_offsets: [28, 31] },
      empty: { dtype: 'F32', shape: [0, 5], data_offsets: [31, 31] },
    };
    const data = Uint8Array.of(
      ...[0x00, 0x3c, 0x00, 0xc0], // 1, -2
      ...[0x80, 0x3f, 0x40, 0xc0], // 1, -3
      ...[0x00, 0x00, 0x80, 0x3f, 0x00, 0x00, 0x00, 0xbf], // 1, -0.5
      ...[0xfe, 0xff, 0xff, 0xff], // -2
      ...[0x01, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00], // 2^40 + 1
      ...[7, 8, 255],
    );
    const text = JSON.stringify(header);
    writeRawFile(path, text, data);

    const file = await openSafetensors(path);
    expect(file.metadata).toEqual({ format: 'pt' });
    expect(file.names()).toEqual(['brain', 'byte', 'empty', 'float', 'half', 'int', 'long']);
    expect(file.info('brain')).toEqual({
      dtype: 'BF16',
      shape: [1, 2],
      byteLength: 4,
      file: path,
      offset: 8 + text.length + 4,
    });
    expect(file.read('half')).toEqual({ data: Uint16Array.of(0x3c00, 0xc000), shape: [2], dtype: 'float16' });
    expect(file.readFloat32('half')).toEqual(Float32Array.of(1, -2));
    expect(file.readFloat32('brain')).toEqual(Float32Array.of(1, -3));
    expect(file.read('float')).toEqual({ data: Float32Array.of(1, -0.5), shape: [2, 1], dtype: 'float32' });
    expect(file.read('int').data).toEqual(Int32Array.of(-2));
    expect(file.read('long').data).toEqual(BigInt64Array.of(2n ** 40n + 1n));
    expect(file.read('byte').data).toEqual(Uint8Array.of(7, 8, 255));
    expect(file.read('empty').data).toEqual(new Float32Array(0));

    const weights = new SafetensorsWeights(file);
    expect(weights.get('half').data).toEqual(Uint16Array.of(0x3c00, 0xc000));
    expect(weights.locate('float')).toEqual({ path, offset: 8 + text.length + 8, byteLength: 8 });

    expect(() => file.readFloat32('int')).toThrow(/by-hand.*'int'.*integer type I32/);
    expect(() => file.read('nothing')).toThrow(/by-hand.*'nothing'.*missing/);
    file.close();
    file.close();
    expect(() => file.read('half')).toThrow(/'half'.*closed/);
  });

  it('holds one handle until it is closed', async () => {
    const path = join(folder, 'handle.safetensors');
    await writeSafetensors(path, [['a', { dtype: 'F32', shape: [1], data: Float32Array.of(1) }]]);
    const before = openFiles();
    const file = await openSafetensors(path);
    if (before !== undefined) expect(openFiles()).toBe(before + 1);
    file.close();
    expect(openFiles()).toBe(before);
  });
});

describe('files it refuses', () => {
  const entry = (begin: number, end: number, extra: object = {}) => ({
    dtype: 'F32',
    shape: [(end - begin) / 4],
    data_offsets: [begin, end],
    ...extra,
  });
  const json = (value: unknown) => JSON.stringify(value);
  const cases: [
    name: string,
    header: string | Uint8Array,
    dataBytes: number,
    message: RegExp,
    length?: bigint,
  ][] = [
    [
      'overlapping tensors',
      json({ a: entry(0, 8), b: entry(4, 12) }),
      12,
      /'b': overlaps the tensor 'a' \(4 bytes\)/,
    ],
    [
      'one tensor inside another',
      json({ a: entry(0, 12), b: entry(4, 8) }),
      12,
      /'b': overlaps the tensor 'a'/,
    ],
    ['two tensors at one place', json({ a: entry(0, 8), b: entry(0, 8) }), 8, /'b': overlaps the tensor 'a'/],
    ['a gap', json({ a: entry(0, 4), b: entry(8, 12) }), 12, /'b': begins at byte 8.*gap of 4 bytes/],
    ['a gap at the start', json({ a: entry(4, 8) }), 8, /'a': begins at byte 4.*gap of 4 bytes/],
    [
      'an end beyond the file',
      json({ a: entry(0, 8) }),
      4,
      /'a': lies at bytes 0 to 8 of the data, which ends at 4/,
    ],
    ['bytes left over', json({ a: entry(0, 4) }), 9, /5 bytes after its last tensor/],
    ['bytes without any tensor', json({}), 3, /3 bytes after its last tensor/],
    [
      'a length that does not fit the shape',
      json({ a: entry(0, 8, { shape: [3] }) }),
      8,
      /'a': F32 of shape \[3\] takes 12 bytes.*8/,
    ],
    [
      'offsets backwards',
      json({ a: entry(8, 4, { shape: [1] }) }),
      8,
      /'a': F32 of shape \[1\] takes 4 bytes.*give it -4/,
    ],
    ['negative offsets', json({ a: entry(-4, 0, { shape: [1] }) }), 4, /'a': has the data_offsets \[-4,0\]/],
    ['fractional offsets', json({ a: entry(0, 4, { data_offsets: [0, 4.5] }) }), 4, /data_offsets \[0,4.5\]/],
    ['offsets of the wrong count', json({ a: entry(0, 4, { data_offsets: [0] }) }), 4, /data_offsets \[0\]/],
    ['a negative extent', json({ a: entry(0, 4, { shape: [-1] }) }), 4, /'a': has the shape \[-1\]/],
    ['a shape that overflows', json({ a: entry(0, 8, { shape: [2 ** 40, 2 ** 40] }) }), 8, /'a'.*takes/],
    ['no shape', json({ a: { dtype: 'F32', data_offsets: [0, 4] } }), 4, /'a': has the shape undefined/],
    ['an entry that is no object', json({ a: 3 }), 0, /'a': its header entry is not an object/],
    [
      'an element type it does not know',
      json({ a: entry(0, 4, { dtype: 'F8_E4M3' }) }),
      4,
      /'a': has the element type "F8_E4M3"; supported are F32, F16/,
    ],
    [
      'an inherited property as element type',
      json({ a: entry(0, 4, { dtype: 'toString' }) }),
      4,
      /'a': has the element type "toString"/,
    ],
    ['a repeated tensor', `{"a":${json(entry(0, 4))},"a":${json(entry(0, 4))}}`, 4, /'a': .*key 'a' twice/],
    [
      'a repeated tensor in two spellings',
      `{"a":${json(entry(0, 4))},"\\u0061":${json(entry(0, 4))}}`,
      4,
      /'a': .*key 'a' twice/,
    ],
    [
      'a repeated field of a tensor',
      '{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}',
      4,
      /'a': .*'a' > 'shape' twice/,
    ],
    ['repeated metadata', '{"__metadata__":{"x":"1","x":"2"}}', 0, /'__metadata__' > 'x' twice/],
    [
      'metadata that is not text',
      json({ __metadata__: { x: 1 } }),
      0,
      /__metadata__ is not an object of strings/,
    ],
    ['a header over 100 MB', '{}', 0, /header is 100000001 bytes long; the limit is 100000000/, 100_000_001n],
    ['a header length beyond float64', '{}', 0, /the limit is/, 2n ** 64n - 1n],
    [
      'a header longer than the file',
      '{}',
      0,
      /header is 50 bytes long, but the file has only 10 bytes/,
      50n,
    ],
    ['a header that is not JSON', '{"a":', 0, /header is not JSON/],
    ['a header that is a list', '[]', 0, /does not begin with '{'/],
    ['a header after a space', ' {}', 0, /does not begin with '{'/],
    [
      'a header after a byte order mark',
      Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d),
      0,
      /does not begin with '{'/,
    ],
    [
      'a header that is not UTF-8',
      Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d),
      0,
      /not UTF-8/,
    ],
    ['two objects as header', '{}{}', 0, /header is not JSON/],
  ];

  it.each(cases)('%s', async (name, header, dataBytes, message, length) => {
    const path = join(folder, 'refused.safetensors');
    writeRawFile(path, header, new Uint8Array(dataBytes), length);
    const fault = await faultOf(path);
    expect(fault.message).toMatch(message);
    expect(fault.message).toContain(path);
    expect(fault.hint, name).toBeTruthy();
  });

  it('a file too short for its length field, an empty one, a missing one, a folder without weights', async () => {
    const short = join(folder, 'short.safetensors');
    writeFileSync(short, 'abc');
    expect((await faultOf(short)).message).toMatch(/is 3 bytes long, too short/);
    writeFileSync(short, '');
    expect((await faultOf(short)).message).toMatch(/is 0 bytes long, too short/);
    expect((await faultOf(join(folder, 'absent.safetensors'))).message).toMatch(/does not exist/);
    const bare = join(folder, 'bare');
    mkdirSync(bare);
    expect((await faultOf(bare)).message).toMatch(
      /neither model.safetensors nor model.safetensors.index.json/,
    );
    writeFileSync(join(bare, 'pytorch_model.bin'), 'x');
    expect((await faultOf(bare)).hint).toMatch(/safe_serialization/);
  });

  it('accepts what only looks repeated: same keys in different objects, quotes and braces in names', async () => {
    const path = join(folder, 'odd-names.safetensors');
    const names = ['a"b', '{', 'x","x', '\\', '__proto__', 'constructor', '0', 'ü'];
    await writeSafetensors(
      path,
      names.map((name, i) => [name, { dtype: 'F32', shape: [1], data: Float32Array.of(i) }] as const),
    );
    const file = await openSafetensors(path);
    expect(names.map((name) => file.readFloat32(name)[0])).toEqual(names.map((_, i) => i));
    file.close();
  });
});

describe('sharded checkpoints', () => {
  let model: string;
  const index = (weightMap: unknown) =>
    writeFileSync(
      join(model, 'model.safetensors.index.json'),
      JSON.stringify({ metadata: { total_size: 12 }, weight_map: weightMap }),
    );

  beforeAll(async () => {
    model = join(folder, 'sharded');
    mkdirSync(model);
    await writeSafetensors(join(model, 'model-00001-of-00002.safetensors'), [
      ['a', { dtype: 'F32', shape: [1], data: Float32Array.of(1) }],
    ]);
    await writeSafetensors(
      join(model, 'model-00002-of-00002.safetensors'),
      [
        ['b', { dtype: 'F32', shape: [1], data: Float32Array.of(2) }],
        ['c', { dtype: 'BF16', shape: [2], data: Uint16Array.of(0x4040, 0x4080) }],
      ],
      { format: 'pt' },
    );
  });

  const good = {
    a: 'model-00001-of-00002.safetensors',
    b: 'model-00002-of-00002.safetensors',
    c: 'model-00002-of-00002.safetensors',
  };

  it('reads every tensor from its shard, by folder and by index file', async () => {
    index(good);
    for (const path of [model, join(model, 'model.safetensors.index.json')]) {
      const file = await openSafetensors(path);
      expect(file.names()).toEqual(['a', 'b', 'c']);
      expect(['a', 'b', 'c'].map((name) => [...file.readFloat32(name)])).toEqual([[1], [2], [3, 4]]);
      expect(file.metadata).toEqual({ format: 'pt' });
      expect(new SafetensorsWeights(file).locate('c').path).toBe(join(model, good.c));
      file.close();
    }
  });

  it.each<[string, unknown, RegExp]>([
    [
      'a missing shard',
      { ...good, d: 'model-00003-of-00003.safetensors' },
      /'d': is in the shard model-00003-of-00003.safetensors, which is missing \(1 of 3/,
    ],
    [
      'a tensor that its shard does not hold',
      { ...good, a: good.b },
      /'a': is said to be in .*model-00002.*does not hold it/,
    ],
    [
      'a shard outside the folder',
      { ...good, a: '../secret.safetensors' },
      /'a': is mapped to "..\/secret.safetensors"/,
    ],
    ['a shard that is no name', { ...good, a: 7 }, /'a': is mapped to 7/],
    ['a shard that is the folder above', { ...good, a: '..' }, /'a': is mapped to ".."/],
    ['no weight_map', undefined, /no object 'weight_map'/],
  ])('refuses an index with %s', async (_name, weightMap, message) => {
    index(weightMap);
    const fault = await faultOf(model);
    expect(fault.message).toMatch(message);
    expect(fault.message).toContain('model.safetensors.index.json');
  });

  it('refuses an index that is not JSON or repeats a tensor', async () => {
    const path = join(model, 'model.safetensors.index.json');
    writeFileSync(path, '{"weight_map": ');
    expect((await faultOf(model)).message).toMatch(/not readable as JSON/);
    writeFileSync(path, `{"weight_map":{"a":"${good.a}","a":"${good.b}"}}`);
    expect((await faultOf(model)).message).toMatch(/'weight_map' > 'a' twice/);
  });

  it('prefers model.safetensors in a folder', async () => {
    index(good);
    await writeSafetensors(join(model, 'model.safetensors'), [
      ['only', { dtype: 'U8', shape: [1], data: Uint8Array.of(1) }],
    ]);
    const file = await openSafetensors(model);
    expect(file.names()).toEqual(['only']);
    file.close();
    rmSync(join(model, 'model.safetensors'));
  });
});

describe('a file written by the Python package from PyTorch tensors', () => {
  it('reads every type, and narrows exactly as PyTorch does', async () => {
    const file = await openSafetensors(
      fileURLToPath(new URL('./pytorch.fixture.safetensors', import.meta.url)),
    );
    expect(file.metadata).toEqual({ format: 'pt' });
    expect(file.names()).toEqual(['brain', 'byte', 'half', 'int', 'long', 'scalar', 'values']);
    const values = file.readFloat32('values');
    expect(values.length).toBe(418);
    // PyTorch gives every NaN one pattern of its own; compare values, and bits elsewhere.
    const same = (ours: Uint16Array, theirs: Uint16Array) =>
      ours.every((bits, i) => Number.isNaN(values[i]) || bits === theirs[i]);
    expect(same(float32ToFloat16(values), file.read('half').data as Uint16Array)).toBe(true);
    expect(same(float32ToBfloat16(values), file.read('brain').data as Uint16Array)).toBe(true);
    expect(file.readFloat32('half')[404]).toBeNaN();
    expect(file.readFloat32('brain')[404]).toBeNaN();
    expect(file.read('int')).toEqual({
      data: Int32Array.of(1, -2, 3, 2 ** 31 - 1),
      shape: [2, 2],
      dtype: 'int32',
    });
    expect(file.read('long').data).toEqual(BigInt64Array.of(-(2n ** 63n), 2n ** 53n + 1n));
    expect(file.read('byte').data).toEqual(Uint8Array.of(0, 255));
    expect(file.read('scalar')).toEqual({ data: Float32Array.of(3.5), shape: [], dtype: 'float32' });
    file.close();
  });
});

describe('MapWeights', () => {
  it('gives its tensors and names a missing one', () => {
    const tensor = { data: Float32Array.of(1), shape: [1], dtype: 'float32' } as const;
    const weights = new MapWeights(new Map([['a', tensor]]), 'the adapter');
    expect(weights.get('a')).toBe(tensor);
    expect(weights.names()).toEqual(['a']);
    expect(() => weights.get('b')).toThrow(/the adapter: tensor 'b' is missing/);
  });
});
