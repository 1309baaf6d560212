import { describe, expect, it } from 'vitest';

import { parseAnnexB } from './annex-b.js';
import { buildMp4 } from './mp4.js';

// By hand: start codes of three and four bytes; types 7 (SPS), 8 (PPS), 6 (SEI), 5 (IDR slice), 1 (slice).
const sps = [0x67, 0x64, 0x00, 0x1e, 0xac];
const pps = [0x68, 0xeb];
const idr = [0x65, 0x88, 0x11];
const slice = [0x41, 0x9a, 0x22, 0x33];
const stream = (...units: number[][]) => Uint8Array.from(units.flatMap((unit) => [0, 0, 0, 1, ...unit]));

describe('parseAnnexB', () => {
  it('takes pictures and parameter sets apart, and leaves notes of the encoder out', () => {
    const parsed = parseAnnexB(
      Uint8Array.from([
        0,
        0,
        1,
        ...sps,
        0,
        0,
        0,
        1,
        ...pps,
        ...stream([0x06, 5, 1], idr, slice, sps, pps, idr),
        0,
      ]),
    );
    expect([...parsed.sps]).toEqual(sps);
    expect([...parsed.pps]).toEqual(pps);
    expect(parsed.frames.map(({ data, sync }) => [[...data], sync])).toEqual([
      [[0, 0, 0, 3, ...idr], true],
      [[0, 0, 0, 4, ...slice], false],
      [[0, 0, 0, 3, ...idr], true],
    ]);
  });

  it.each([
    ['no picture', stream(sps, pps), /no picture/],
    ['no start code', Uint8Array.from([1, 2, 3]), /no picture/],
    ['a second slice of a picture', stream(sps, pps, [0x65, 0x40, 0x11]), /several slices/],
    ['parameter sets that change', stream(sps, pps, idr, [...sps, 9]), /change/],
    ['data partitions', stream(sps, pps, [0x62, 0x88]), /type 2/],
  ])('refuses %s', (_name, bytes, message) => {
    expect(() => parseAnnexB(bytes)).toThrow(message);
  });
});

/** Boxes of a file, by path. */
function boxes(file: Buffer, from = 0, to = file.length, path = ''): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (let at = from; at < to;) {
    const size = file.readUInt32BE(at);
    const name = `${path}${file.toString('latin1', at + 4, at + 8)}`;
    found.set(name, file.subarray(at + 8, at + size));
    if (/(moov|trak|mdia|minf|stbl)$/.test(name))
      for (const [inner, data] of boxes(file, at + 8, at + size, `${name}/`)) found.set(inner, data);
    at += size;
  }
  return found;
}

describe('buildMp4', () => {
  const { frames } = parseAnnexB(stream(sps, pps, idr, slice, slice));
  const track = { width: 640, height: 384, fps: 24, sps: Uint8Array.from(sps), pps: Uint8Array.from(pps) };
  const file = buildMp4({ ...track, frames: [...frames, ...frames] });
  const table = 'moov/trak/mdia/minf/stbl/';
  const words = (name: string) => {
    const data = boxes(file).get(name) ?? Buffer.alloc(0);
    return Array.from({ length: data.length >> 2 }, (_, at) => data.readUInt32BE(4 * at));
  };

  it('puts the index first, and tells where each frame lies', () => {
    expect([...boxes(file).keys()].filter((name) => !name.includes('/'))).toEqual(['ftyp', 'moov', 'mdat']);
    // version and flags, constant size (none), count, sizes
    expect(words(`${table}stsz`)).toEqual([0, 0, 6, 7, 8, 8, 7, 8, 8]);
    expect(words(`${table}stss`)).toEqual([0, 2, 1, 4]);
    expect(words(`${table}stts`)).toEqual([0, 1, 6, 512]);
    const [, , dataAt] = words(`${table}stco`);
    expect(file.subarray(dataAt, dataAt + 7).equals(Buffer.from([0, 0, 0, 3, ...idr]))).toBe(true);
    expect(file.length).toBe(dataAt + 46);
  });

  it('lasts frames / rate, in every place that says so', () => {
    // 6 frames at 24 a second: 250 ms; 512 ticks a frame
    expect(words('moov/mvhd').slice(3, 5)).toEqual([1000, 250]);
    expect(words('moov/trak/mdia/mdhd').slice(3, 5)).toEqual([24 * 512, 6 * 512]);
  });

  it('is made of its arguments alone', () => {
    expect(buildMp4({ ...track, frames: [...frames, ...frames] }).equals(file)).toBe(true);
  });
});
