import { ConfigError, MediaError } from '@sea-align/core';

import { input, quiet } from './ffmpeg-arguments.js';
import { findFfmpeg } from './find-ffmpeg.js';
import { noStream, probe, unreadable, type ToolOptions } from './probe.js';
import { startTool } from './tool-process.js';

/** How sound comes out. */
export interface DecodeAudioOptions extends ToolOptions {
  /** Samples a second of the result, in Hz. */
  readonly sampleRate: number;
  /** Read at most this much from the beginning; the rest of the file is not touched. Default: 600. */
  readonly maxSeconds?: number;
}

/**
 * The first audio stream of a file as one channel (the mean of its channels) in [-1, 1] at the wanted rate, whatever
 * codec and rate it has. 16-bit sound that already has that rate comes out exactly: value / 32768. Memory: the result,
 * 4 bytes a sample, and as much again while it is read.
 *
 * @throws MediaError: not readable as `probe`, no audio stream, no samples, or cut short (less than 9/10 of the length
 * that the file states).
 */
export async function decodeAudio(path: string, options: DecodeAudioOptions): Promise<Float32Array> {
  const { sampleRate, maxSeconds = 600, signal } = options;
  if (!Number.isSafeInteger(sampleRate) || sampleRate < 1) {
    throw new ConfigError(`sampleRate must be a whole number of Hz, not ${sampleRate}.`);
  }
  if (!(maxSeconds > 0)) throw new ConfigError(`maxSeconds must be above 0, not ${maxSeconds}.`);
  const tools = options.tools ?? (await findFfmpeg());
  const info = await probe(path, { tools, signal });
  if (info.audio === undefined) throw noStream(path, 'audio');

  const { channels } = info.audio;
  const filters = [
    // ffmpeg's own mixing weighs channels by their places.
    ...(channels === 1 ? [] : [`pan=mono|c0=${mean(channels)}`]),
    ...(info.audio.sampleRate === sampleRate ? [] : [`aresample=${sampleRate}:filter_size=64`]),
  ];
  const child = startTool(
    tools.ffmpeg,
    [
      ...quiet,
      ...input(path, Number.isFinite(maxSeconds) ? ['-t', String(maxSeconds)] : []),
      ...['-map', '0:a:0'],
      ...(filters.length === 0 ? [] : ['-af', filters.join(',')]),
      ...['-ar', String(sampleRate), '-f', 'f32le', '-c:a', 'pcm_f32le', 'pipe:1'],
    ],
    signal,
  );
  child.stdin.end();
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    if (signal?.aborted) await child.kill();
  }
  const exit = await child.exited;
  signal?.throwIfAborted();
  if (exit.code !== 0) throw unreadable(path, exit);
  const samples = float32(chunks);
  if (samples.length === 0) {
    throw new MediaError(`${JSON.stringify(path)} has an audio stream without samples.`, {
      code: 'SEA_MEDIA_CORRUPT',
    });
  }
  const got = samples.length / sampleRate;
  const stated = Math.min(maxSeconds, info.durationSeconds);
  // What an MP3 or raw AAC file states is an estimate; there a decoder's complaint is needed as well.
  if (got < 0.9 * stated && (!/^(mp3|aac)$/.test(info.formatName) || exit.stderr !== '')) {
    throw new MediaError(
      `${JSON.stringify(path)} is damaged or cut short: ${got.toFixed(2)} s of ${stated.toFixed(2)} s can be read.`,
      { code: 'SEA_MEDIA_CORRUPT', details: { stderr: exit.stderr } },
    );
  }
  return samples;
}

/** The mean of channels as an expression of ffmpeg's `pan` filter. */
function mean(channels: number): string {
  return Array.from({ length: channels }, (_, channel) => `${1 / channels}*c${channel}`).join('+');
}

function float32(chunks: readonly Buffer[]): Float32Array {
  const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const bytes = new Uint8Array(total - (total % 4));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk.subarray(0, bytes.length - at), at);
    at += chunk.length;
  }
  return new Float32Array(bytes.buffer);
}
