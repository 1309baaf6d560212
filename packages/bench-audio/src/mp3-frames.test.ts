import { expect, it } from 'vitest';

import { readMp3Frames } from './mp3-frames.js';
import { serviceMp3 } from './testing/service-mp3.js';

/** Header FF F3 A4 C4: MPEG-2 layer III, index 10 = 96 kbit/s, 24 kHz: 72 * 96000 / 24000 = 288 bytes of 24 ms. */
const frame = Uint8Array.from({ length: 288 }, (_, i) => [0xff, 0xf3, 0xa4, 0xc4][i] ?? 0);
/** Header FF FB 92 00: MPEG-1, index 9 = 128 kbit/s, 44.1 kHz, padded: floor(144 * 128000 / 44100) + 1 = 418 bytes. */
const padded = Uint8Array.from({ length: 418 }, (_, i) => [0xff, 0xfb, 0x92, 0][i] ?? 0);

const join = (...parts: Uint8Array[]): Uint8Array => Buffer.concat(parts);

it('counts frames', () => {
  expect(readMp3Frames(join(frame, frame, frame))).toEqual({
    frames: 3,
    seconds: expect.closeTo(0.072, 9) as number,
  });
  expect(readMp3Frames(join(padded, padded))?.seconds).toBeCloseTo((2 * 1152) / 44_100, 9);
});

it('goes over an ID3v2 tag', () => {
  const tag = join(Buffer.from('ID3'), Uint8Array.of(4, 0, 0, 0, 0, 1, 2), new Uint8Array(130));
  expect(readMp3Frames(join(tag, frame))?.frames).toBe(1);
});

it.each([
  ['nothing', new Uint8Array(0)],
  ['a cut frame', frame.subarray(0, 287)],
  ['something behind', join(frame, Buffer.from('x'))],
  ['something before', join(Buffer.from('x'), frame)],
  ['HTML', Buffer.from('<html></html>')],
  ['a bad rate', frame.map((byte, i) => (i === 2 ? 0xac : byte))],
  ['another layer', frame.map((byte, i) => (i === 1 ? 0xf5 : byte))],
])('refuses %s', (_what, data) => {
  expect(readMp3Frames(data)).toBeUndefined();
});

it('reads what LAME writes', async () => {
  const mp3 = await serviceMp3('kite');
  expect(readMp3Frames(mp3)?.seconds).toBeCloseTo((mp3.length * 8) / 96_000, 6);
});
