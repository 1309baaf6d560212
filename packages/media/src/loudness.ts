import { MediaError } from '@sea-align/core';

import { findFfmpeg } from './find-ffmpeg.js';
import type { ToolOptions } from './probe.js';
import { startTool, toolFailure } from './tool-process.js';
import type { Sound } from './wav.js';

/** Loudness after EBU R 128 (ITU-R BS.1770). -Infinity for silence. */
export interface Loudness {
  /** Integrated loudness in LUFS, gated: quiet stretches do not count. */
  readonly integratedLufs: number;
  /** Highest peak between the samples, in dB of full scale. */
  readonly truePeakDb: number;
}

/**
 * Measures sound with ffmpeg's ebur128 filter. The measure looks at windows of 0.4 s: sound that is shorter is repeated
 * until it fills a second, which does not change how loud it is.
 *
 * @throws MediaError if there are no samples or ffmpeg fails.
 */
export async function measureLoudness(sound: Sound, options: ToolOptions = {}): Promise<Loudness> {
  const { samples, sampleRate } = sound;
  if (samples.length === 0) throw new MediaError('There is no sound to measure.');
  const tools = options.tools ?? (await findFfmpeg());
  const child = startTool(
    tools.ffmpeg,
    [
      // The result is told at this log level.
      ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'info'],
      ...['-f', 'f32le', '-ar', String(sampleRate), '-ac', '1', '-i', 'pipe:0'],
      ...['-af', 'ebur128=peak=true:framelog=verbose', '-f', 'null', '-'],
    ],
    options.signal,
  );
  try {
    const times = Math.ceil(sampleRate / samples.length);
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    for (let time = 0; time < times; time++) if (!(await child.feed(bytes))) break;
    child.stdin.end();
    const exit = await child.exited;
    options.signal?.throwIfAborted();
    if (exit.code !== 0) throw toolFailure('Cannot measure the loudness', exit);
    return readSummary(exit.stderr);
  } finally {
    await child.kill();
  }
}

function readSummary(text: string): Loudness {
  const summary = text.slice(text.lastIndexOf('Summary:'));
  const value = (name: string, unit: string) => {
    const match = new RegExp(`\\b${name}:\\s*(-?inf|-?[\\d.]+) ${unit}`).exec(summary)?.[1];
    if (match === undefined) throw new MediaError(`ffmpeg told no loudness: ${text.slice(-200)}`);
    return match.endsWith('inf') ? -Infinity : Number(match);
  };
  const integrated = value('I', 'LUFS');
  // -70 is the absolute gate: nothing was louder.
  return { integratedLufs: integrated <= -70 ? -Infinity : integrated, truePeakDb: value('Peak', 'dBFS') };
}
