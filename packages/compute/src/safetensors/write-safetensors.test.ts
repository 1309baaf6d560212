import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CheckpointError, DiskError } from '@sea-align/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TypedArray } from '../graph/dtype.js';
import { openSafetensors } from './safetensors-file.js';
import { writeSafetensors, type WritableTensor } from './write-safetensors.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'safetensors-write-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = (data: TypedArray) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

describe('writeSafetensors', () => {
  it('writes the bytes of the format', async () => {
    const path = join(folder, 'bytes.safetensors');
    await writeSafetensors(
      path,
      [
        ['small', { dtype: 'uint8', shape: [1], data: Uint8Array.of(9) }],
        ['z', { dtype: 'float32', shape: [1], data: Float32Array.of(1) }],
        ['a', { dtype: 'F32', shape: [], data: Float32Array.of(-2) }],
      ],
      { b: '2', a: '1' },
    );
    const header =
      '{"__metadata__":{"a":"1","b":"2"},' +
      '"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},' +
      '"z":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},' +
      '"small":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8, ' ');
    expect(readFileSync(path)).toEqual(
      Buffer.concat([
        Uint8Array.of(padded.length & 255, padded.length >> 8, 0, 0, 0, 0, 0, 0),
        Buffer.from(padded),
        Uint8Array.of(0, 0, 0, 0xc0, 0, 0, 0x80, 0x3f, 9),
      ]),
    );
  });

  it('gives back any tensors bit by bit, whatever the order, and the same bytes for any order', async () => {
    const tensor: fc.Arbitrary<WritableTensor & { data: TypedArray }> = fc
      .tuple(
        fc.constantFrom('F32', 'F16', 'BF16', 'I32', 'I64', 'U8'),
        fc.array(fc.nat(3), { maxLength: 3 }),
        fc.infiniteStream(fc.nat(255)),
      )
      .map(([dtype, shape, stream]) => {
        const type = {
          F32: Float32Array,
          F16: Uint16Array,
          BF16: Uint16Array,
          I32: Int32Array,
          I64: BigInt64Array,
          U8: Uint8Array,
        }[dtype as 'F32'];
        const length = shape.reduce((a, b) => a * b, 1);
        const raw = Uint8Array.from({ length: length * type.BYTES_PER_ELEMENT }, () => stream.next().value);
        return { dtype: dtype as 'F32', shape, data: new type(raw.buffer) as TypedArray };
      });
    let files = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string({ unit: 'grapheme' }), tensor, { maxKeys: 6 }),
        async (tensors) => {
          const path = join(folder, `random-${files++}.safetensors`);
          const entries = Object.entries(tensors);
          await writeSafetensors(path, entries);
          const first = readFileSync(path);
          const file = await openSafetensors(path);
          expect(file.names()).toEqual(Object.keys(tensors).sort());
          for (const [name, { shape, data, dtype }] of entries) {
            expect(file.info(name).dtype).toBe(dtype);
            expect(file.info(name).offset % data.BYTES_PER_ELEMENT).toBe(0);
            expect(file.read(name).shape).toEqual(shape);
            expect(bytes(file.read(name).data)).toEqual(bytes(data));
          }
          file.close();
          await writeSafetensors(path, entries.reverse());
          expect(readFileSync(path)).toEqual(first);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('asks for the data of one tensor after the other', async () => {
    const path = join(folder, 'lazy.safetensors');
    const asked: string[] = [];
    const lazy = (name: string, value: number) =>
      [
        name,
        { dtype: 'F32' as const, shape: [1], data: async () => (asked.push(name), Float32Array.of(value)) },
      ] as const;
    await writeSafetensors(path, new Map([lazy('b', 2), lazy('a', 1)]));
    expect(asked).toEqual(['a', 'b']);
    const file = await openSafetensors(path);
    expect([...file.readFloat32('a'), ...file.readFloat32('b')]).toEqual([1, 2]);
    file.close();
  });

  it('leaves the old file and nothing else when a tensor does not fit or its data fails', async () => {
    const place = mkdtempSync(join(folder, 'kept-'));
    const path = join(place, 'x.safetensors');
    writeFileSync(path, 'old');
    const cases: [WritableTensor, RegExp][] = [
      [
        { dtype: 'F32', shape: [2], data: Float32Array.of(1) },
        /'bad': F32 of shape \[2\] takes 8 bytes, but its data is a Float32Array of 4/,
      ],
      [
        { dtype: 'F16', shape: [2], data: Float32Array.of(1) },
        /'bad': F16 of shape \[2\] takes 4 bytes, but its data is a Float32Array of 4/,
      ],
      [
        { dtype: 'float64', shape: [1], data: Float64Array.of(1) },
        /'bad': has the element type float64, which cannot be written/,
      ],
      [{ dtype: 'F32', shape: [1], data: () => Promise.reject(new Error('no data')) }, /no data/],
    ];
    for (const [tensor, message] of cases) {
      await expect(writeSafetensors(path, [['bad', tensor]])).rejects.toThrow(message);
    }
    const twice = { dtype: 'U8', shape: [1], data: Uint8Array.of(1) } as const;
    const fault = await writeSafetensors(path, [
      ['t', twice],
      ['t', twice],
    ]).catch((error: unknown) => error);
    expect(CheckpointError.isInstance(fault) && fault.message).toMatch(/'t': is given twice/);
    await expect(writeSafetensors(path, [['__metadata__', twice]])).rejects.toThrow(
      /the format keeps for itself/,
    );
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(place)).toEqual(['x.safetensors']);
  });

  it('reports a path that cannot be written as DiskError, and leaves no temporary file', async () => {
    const place = mkdtempSync(join(folder, 'taken-'));
    mkdirSync(join(place, 'x.safetensors'));
    const fault = await writeSafetensors(join(place, 'x.safetensors'), []).catch((error: unknown) => error);
    expect(DiskError.isInstance(fault), String(fault)).toBe(true);
    expect(readdirSync(place)).toEqual(['x.safetensors']);
  });
});
