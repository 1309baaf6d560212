import { stat } from 'node:fs/promises';
import { MediaError } from '@sea-align/core';
import { decodeAudio, encodeWav, parseWav, readWav } from '@sea-align/media';
import type { MediaSource, RawSignal } from '../family/media-source.js';
import { withTemporaryFile } from '../family/temporary-file.js';

/** WAV files up to here are read whole; longer ones, and other formats, through ffmpeg. */
const LARGEST_WAV = 64 * 2 ** 20;

export interface ReadSoundOptions {
  /** Samples a second of the result. */
  samplingRate: number;
  /** What lies behind this many seconds is not read. */
  maxSeconds: number;
  signal?: AbortSignal;
}

/**
 * The first seconds of a sound, mono: a file path or a file's bytes (any format and rate that ffmpeg decodes; WAV at
 * the wanted rate without ffmpeg), or samples (another rate goes through ffmpeg as 16-bit WAV). May be longer than `maxSeconds`.
 * @throws MediaError as `decodeAudio`, for an image or a video's frames, and for samples without a rate
 */
export async function readSound(source: MediaSource, options: ReadSoundOptions): Promise<Float32Array> {
  if (typeof source === 'string') return readFile(source, options);
  if (source instanceof Uint8Array) return readBytes(source, options);
  if (!('samples' in source))
    throw new MediaError('A sound was expected, but an image or a video was given.');
  const { samples, sampleRate } = source;
  if (sampleRate === options.samplingRate) return samples;
  return resample(source, options);
}

async function readFile(path: string, options: ReadSoundOptions): Promise<Float32Array> {
  const { samplingRate, maxSeconds, signal } = options;
  if (/\.wave?$/i.test(path) && (await fileSize(path)) <= LARGEST_WAV) {
    const sound = await readWav(path).catch(() => undefined);
    if (sound?.sampleRate === samplingRate && sound.samples.length > 0) return sound.samples;
  }
  // A second more than is used, so that a resampling filter does not see the cut.
  return decodeAudio(path, { sampleRate: samplingRate, maxSeconds: maxSeconds + 1, signal });
}

/** Infinity where the file cannot be looked at: whoever opens it next says why. */
async function fileSize(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => Infinity,
  );
}

async function readBytes(bytes: Uint8Array, options: ReadSoundOptions): Promise<Float32Array> {
  if (bytes.length === 0) throw new MediaError('The sound has no bytes.');
  if (String.fromCharCode(...bytes.subarray(0, 4)) === 'RIFF') {
    const { samples, sampleRate } = parseWav(bytes, 'the sound');
    if (sampleRate === options.samplingRate) return samples;
  }
  const { samplingRate: sampleRate, maxSeconds, signal } = options;
  return withTemporaryFile(bytes, 'sound', (path) =>
    decodeAudio(path, { sampleRate, maxSeconds: maxSeconds + 1, signal }),
  );
}

function resample({ samples, sampleRate }: RawSignal, options: ReadSoundOptions): Promise<Float32Array> {
  if (!Number.isSafeInteger(sampleRate) || sampleRate < 1) {
    throw new MediaError(`The sound has a sample rate of ${sampleRate}; a whole number of Hz is needed.`);
  }
  if (samples.length === 0) throw new MediaError('The sound has no samples.');
  const heard = samples.subarray(0, Math.ceil((options.maxSeconds + 1) * sampleRate));
  return readBytes(encodeWav(heard, sampleRate), options);
}
