import { readFile, writeFile } from 'node:fs/promises';

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { decodeAudio } from './decode-audio.js';
import { ffmpeg, temporaryFolder, tone } from './testing/made-media.js';
import { encodeWav, parseWav, pcm16, readWav, writeWav } from './wav.js';

const folder = temporaryFolder();
const file = (name: string) => folder.path(name);

beforeAll(() => writeWav(file('tone.wav'), { samples: tone(440, 0.1, 8000), sampleRate: 8000 }));

describe('encodeWav', () => {
  it('writes the bytes that the format lays down', () => {
    // By hand: RIFF size 36+6, fmt of 16 bytes, PCM, 1 channel, 8000 Hz, 16000 bytes/s, 2 bytes a frame, 16 bits, data of 6 bytes.
    const header =
      '524946462a00000057415645666d74201000000001000100401f0000803e00000200100064617461060000000040ff7f0080';
    expect(Buffer.from(encodeWav(Float32Array.of(0.5, 1, -1), 8000)).toString('hex')).toBe(header);
  });

  it('rounds, and cuts off what is too loud or no number', () => {
    const samples = Float32Array.of(0.6 / 32_768, -0.6 / 32_768, 3, -3, NaN, Infinity, -Infinity);
    const values = new Int16Array(pcm16(samples).buffer);
    expect([...values]).toEqual([1, -1, 32_767, -32_768, 0, 32_767, -32_768]);
  });

  it('comes back within half a step', () => {
    fc.assert(
      fc.property(fc.float32Array({ min: -1, max: 1, noNaN: true, maxLength: 50 }), (samples) => {
        const back = parseWav(encodeWav(samples, 16_000));
        expect(back).toMatchObject({ sampleRate: 16_000, channels: 1 });
        expect(back.samples).toHaveLength(samples.length);
        samples.forEach((value, at) =>
          expect(Math.abs(back.samples[at] - value)).toBeLessThanOrEqual(1 / 32_768),
        );
      }),
    );
  });
});

describe('readWav', () => {
  it.each(['pcm_u8', 'pcm_s16le', 'pcm_s24le', 'pcm_s32le', 'pcm_f32le', 'pcm_f64le'])(
    'reads %s as ffmpeg does',
    async (codec) => {
      const path = file(`${codec}.wav`);
      await ffmpeg('-i', file('tone.wav'), '-c:a', codec, path);
      const wav = await readWav(path);
      expect(wav).toMatchObject({ sampleRate: 8000, channels: 1 });
      expect(wav.samples).toEqual(await decodeAudio(path, { sampleRate: 8000 }));
    },
  );

  it('mixes channels and reads the extensible header', async () => {
    const six = 'pan=5.1|c0=c0|c1=0*c0|c2=0*c0|c3=c0|c4=0*c0|c5=0*c0';
    await ffmpeg('-i', file('tone.wav'), '-af', six, '-c:a', 'pcm_s24le', file('six.wav'));
    const { channels, samples } = await readWav(file('six.wav'));
    expect(channels).toBe(6);
    const one = (await readWav(file('tone.wav'))).samples;
    samples.forEach((value, at) => expect(value).toBeCloseTo(one[at] / 3, 4));
  });

  it('steps over other chunks, also of odd length', () => {
    const plain = Buffer.from(encodeWav(Float32Array.of(0.25, -0.5), 8000));
    const chunk = Buffer.concat([Buffer.from('junk'), Buffer.from([3, 0, 0, 0]), Buffer.from('abc\0')]);
    const bytes = Buffer.concat([
      plain.subarray(0, 12),
      chunk,
      plain.subarray(12, 36),
      chunk,
      plain.subarray(36),
    ]);
    expect(parseWav(bytes).samples).toEqual(Float32Array.of(0.25, -0.5));
  });

  it.each([0, 0xffff_ffff, 1_000_000])('reads to the end where %i bytes are stated', (stated) => {
    const bytes = Buffer.from(encodeWav(Float32Array.of(0.25, -0.5), 8000));
    bytes.writeUInt32LE(stated, 40);
    expect(parseWav(bytes).samples).toEqual(Float32Array.of(0.25, -0.5));
  });

  it.each([
    ['text', Buffer.from('no sound at all, not even a header'), 'RIFF/WAVE'],
    ['a header alone', Buffer.from(encodeWav(Float32Array.of(0), 8000)).subarray(0, 36), 'no data chunk'],
    ['data without format', Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVEdata\x02\0\0\0ab')]), 'format chunk'],
    ['another coding', withByte(20, 0x55), 'coding 85 with 16 bits'],
    ['no channels', withByte(22, 0), 'no channels'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseWav(bytes, 'x.wav')).toThrow(message);
  });

  it('either reads any bytes or refuses them with a MediaError', () => {
    const plain = encodeWav(tone(440, 0.001, 8000), 8000);
    fc.assert(
      fc.property(fc.nat(plain.length - 1), fc.nat(255), fc.nat(plain.length), (at, value, length) => {
        const bytes = Uint8Array.from(plain);
        bytes[at] = value;
        try {
          parseWav(bytes.subarray(0, length));
        } catch (error) {
          expect(error).toMatchObject({ name: 'MediaError' });
        }
      }),
    );
  });

  it('names the file that is missing or empty', async () => {
    await writeFile(file('empty.wav'), '');
    await expect(readWav(file('empty.wav'))).rejects.toMatchObject({ code: 'SEA_MEDIA_EMPTY' });
    await expect(readWav(file('none.wav'))).rejects.toThrow('none.wav');
  });
});

describe('writeWav', () => {
  it('writes what ffmpeg reads', async () => {
    const samples = tone(440, 0.1, 8000);
    const read = await decodeAudio(file('tone.wav'), { sampleRate: 8000 });
    expect(read).toHaveLength(800);
    samples.forEach((value, at) =>
      expect(Math.abs(read[at] - value)).toBeLessThanOrEqual(0.5 / 32_768 + 1e-9),
    );
    expect(await readFile(file('tone.wav'))).toHaveLength(44 + 1600);
  });
});

function withByte(at: number, value: number): Buffer {
  const bytes = Buffer.from(encodeWav(Float32Array.of(0.5), 8000));
  bytes[at] = value;
  return bytes;
}
