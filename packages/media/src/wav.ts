import { readFile, stat } from 'node:fs/promises';

import { MediaError, writeFileAtomic } from '@sea-align/core';

import { checkMediaFile } from './media-file.js';

/** Sound of one channel in [-1, 1]; `sampleRate` in Hz. */
export interface Sound {
  readonly samples: Float32Array;
  readonly sampleRate: number;
}

/** A WAV file's sound, mixed to one channel; `channels` is how many the file has. */
export interface WavSound extends Sound {
  readonly channels: number;
}

const largestWav = 2 ** 31 - 1;

/**
 * Reads a WAV file: PCM of 8, 16, 24 or 32 bits, or float of 32 or 64 bits, any channels (mixed to their mean). No
 * ffmpeg. For other codecs and rates use `decodeAudio`.
 *
 * @throws MediaError: missing, empty, over 2 GiB, not WAV, or a coding that is not among these.
 */
export async function readWav(path: string): Promise<WavSound> {
  await checkMediaFile(path);
  if ((await stat(path)).size > largestWav) throw new MediaError(`${JSON.stringify(path)} is over 2 GiB.`);
  return parseWav(await readFile(path), path);
}

/** The same from bytes; `name` is for messages. */
export function parseWav(bytes: Uint8Array, name = 'WAV data'): WavSound {
  const fail = (why: string) =>
    new MediaError(`Cannot read ${JSON.stringify(name)} as WAV: ${why}.`, { code: 'SEA_MEDIA_CORRUPT' });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || tag(0) !== 'RIFF' || tag(8) !== 'WAVE') throw fail('it has no RIFF/WAVE header');
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const stated = view.getUint32(at + 4, true);
    const start = at + 8;
    if (tag(at) === 'fmt ' && stated >= 16 && start + stated <= bytes.length) {
      format = readFormat(view, start, stated);
    }
    if (tag(at) === 'data') {
      if (format === undefined) throw fail('its format chunk is missing');
      const read = readers[`${format.code}/${format.bits}`];
      if (read === undefined) throw fail(`coding ${format.code} with ${format.bits} bits is not supported`);
      if (format.channels === 0 || format.sampleRate === 0) throw fail('it states no channels or no rate');
      // A writer to a pipe cannot know the length and leaves 0 or 0xffffffff.
      const unknown = stated === 0 || stated === 0xffffffff;
      const end = unknown ? bytes.length : Math.min(bytes.length, start + stated);
      return { ...format, samples: mixed(view, start, end, format, read) };
    }
    at = start + stated + (stated % 2);
  }
  throw fail('it has no data chunk');
}

interface Format {
  readonly code: number;
  readonly bits: number;
  readonly channels: number;
  readonly sampleRate: number;
}

function readFormat(view: DataView, at: number, length: number): Format {
  const code = view.getUint16(at, true);
  const extensible = code === 0xfffe && length >= 40;
  return {
    code: extensible ? view.getUint16(at + 24, true) : code,
    channels: view.getUint16(at + 2, true),
    sampleRate: view.getUint32(at + 4, true),
    bits: view.getUint16(at + 14, true),
  };
}

/** By "coding/bits": 1 is PCM, 3 is float. 8-bit PCM has no sign. */
const readers: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  '1/8': (view, at) => (view.getUint8(at) - 128) / 2 ** 7,
  '1/16': (view, at) => view.getInt16(at, true) / 2 ** 15,
  '1/24': (view, at) => (view.getInt16(at + 1, true) * 256 + view.getUint8(at)) / 2 ** 23,
  '1/32': (view, at) => view.getInt32(at, true) / 2 ** 31,
  '3/32': (view, at) => view.getFloat32(at, true),
  '3/64': (view, at) => view.getFloat64(at, true),
};

function mixed(
  view: DataView,
  start: number,
  end: number,
  { channels, bits }: Format,
  read: (view: DataView, at: number) => number,
): Float32Array {
  const bytes = bits / 8;
  const samples = new Float32Array(Math.floor((end - start) / (bytes * channels)));
  for (let frame = 0, at = start; frame < samples.length; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++, at += bytes) sum += read(view, at);
    samples[frame] = sum / channels;
  }
  return samples;
}

/** A WAV file of 16-bit PCM, one channel: samples rounded to 1/32768, those beyond [-1, 1] cut off. */
export function encodeWav(samples: Float32Array, sampleRate: number): Uint8Array<ArrayBuffer> {
  const pcm = pcm16(samples);
  const bytes = new Uint8Array(44 + pcm.byteLength);
  const view = new DataView(bytes.buffer);
  const put = (at: number, text: string) => bytes.set(Buffer.from(text, 'latin1'), at);
  put(0, 'RIFF');
  view.setUint32(4, 36 + pcm.byteLength, true);
  put(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  put(36, 'data');
  view.setUint32(40, pcm.byteLength, true);
  bytes.set(pcm, 44);
  return bytes;
}

/** Samples as little-endian 16-bit integers. NaN becomes 0. */
export function pcm16(samples: Float32Array): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(samples.length * 2));
  for (let at = 0; at < samples.length; at++) {
    const value = Math.round((samples[at] || 0) * 32768);
    view.setInt16(at * 2, Math.min(32767, Math.max(-32768, value)), true);
  }
  return new Uint8Array(view.buffer);
}

/** Writes `encodeWav` atomically. @throws DiskError */
export async function writeWav(path: string, { samples, sampleRate }: Sound): Promise<void> {
  await writeFileAtomic(path, encodeWav(samples, sampleRate));
}
