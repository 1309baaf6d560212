import { ConfigError, MediaError } from '@sea-align/core';

import { quiet } from './ffmpeg-arguments.js';
import { findFfmpeg } from './find-ffmpeg.js';
import { fileAddress, writeOutput } from './media-file.js';
import type { ToolOptions } from './probe.js';
import { startTool, toolFailure } from './tool-process.js';
import { pcm16, writeWav } from './wav.js';

/** How sound is written. */
export interface EncodeAudioOptions extends ToolOptions {
  /** Of the samples and of the file, in Hz. MP3 knows 8, 11.025, 12, 16, 22.05, 24, 32, 44.1 and 48 kHz. */
  readonly sampleRate: number;
  readonly format: 'mp3' | 'wav';
  /** MP3: kbit/s, constant. Default: 96. */
  readonly bitRate?: number;
}

const mp3SampleRates = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000];

/**
 * Writes sound of one channel as MP3 (LAME, constant bit rate, its delay noted in the file so that decoders leave it out)
 * or 16-bit WAV. The same samples give the same bytes on the same ffmpeg. `out` appears when whole.
 *
 * @throws ConfigError: a rate that MP3 does not have; MediaError: no samples, ffmpeg fails; DiskError.
 */
export async function encodeAudio(
  samples: Float32Array,
  options: EncodeAudioOptions,
  out: string,
): Promise<void> {
  const { sampleRate, format, bitRate = 96, signal } = options;
  signal?.throwIfAborted();
  if (samples.length === 0) throw new MediaError(`There is no sound to write to ${out}.`);
  if (format === 'wav') return writeWav(out, { samples, sampleRate });
  if (!mp3SampleRates.includes(sampleRate)) {
    throw new ConfigError(`MP3 has no sample rate of ${sampleRate} Hz. Rates: ${mp3SampleRates.join(', ')}.`);
  }
  if (!Number.isSafeInteger(bitRate) || bitRate < 8 || bitRate > 320) {
    throw new ConfigError(`bitRate must be from 8 to 320 kbit/s, not ${bitRate}.`);
  }
  const tools = options.tools ?? (await findFfmpeg({ encoders: ['libmp3lame'] }));
  await writeOutput(out, async (temporary) => {
    const child = startTool(
      tools.ffmpeg,
      [
        ...[...quiet, '-y', '-f', 's16le', '-ar', String(sampleRate), '-ac', '1', '-i', 'pipe:0'],
        ...['-c:a', 'libmp3lame', '-b:a', `${bitRate}k`, '-map_metadata', '-1'],
        ...['-fflags', '+bitexact', '-flags:a', '+bitexact', '-f', 'mp3', fileAddress(temporary)],
      ],
      signal,
    );
    try {
      await child.feed(pcm16(samples));
      child.stdin.end();
      const exit = await child.exited;
      signal?.throwIfAborted();
      if (exit.code !== 0) throw toolFailure(`Cannot encode ${out}`, exit, out);
    } finally {
      await child.kill();
    }
  });
}
