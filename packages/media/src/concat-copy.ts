import { rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { MediaError } from '@sea-align/core';

import { mp4Container, type EncodedVideo } from './encode-video.js';
import { findFfmpeg } from './find-ffmpeg.js';
import { runFileJob } from './fluent-job.js';
import { checkMediaFile, fileAddress, writeOutput } from './media-file.js';
import { countPackets, noStream, probe, type ToolOptions, type VideoInfo } from './probe.js';
import { toolFailure } from './tool-process.js';

/** What the joined file must be. */
export interface ConcatOptions extends ToolOptions {
  /** Frames a second of every part, a whole number. Default: 24. */
  readonly fps?: number;
  /** Frames that all parts together must have. Default: what they say they have. */
  readonly frames?: number;
}

/**
 * Joins MP4 files one after another without encoding again, so that every frame stays as it is. A part may occur more
 * than once. ffmpeg joins parts of different codings without complaint and gets the rate wrong: the result is checked
 * for its average rate, number of frames and size.
 *
 * @throws MediaError: a part cannot be read, parts that do not fit each other; DiskError if the disk is full.
 */
export async function concatCopy(
  parts: readonly string[],
  out: string,
  options: ConcatOptions = {},
): Promise<EncodedVideo> {
  const { fps = 24, signal } = options;
  if (parts.length === 0) throw new MediaError('There is nothing to join.');
  const tools = options.tools ?? (await findFfmpeg());
  for (const part of parts) {
    await checkMediaFile(part);
    if (/[\r\n]/.test(resolve(part))) {
      throw new MediaError(`Cannot join ${JSON.stringify(part)}: its name contains a line break.`);
    }
  }
  const found = await framesOfParts(parts, { tools, signal });
  const frames = options.frames ?? found;
  return writeOutput(out, async (temporary) => {
    const list = `${temporary.slice(0, -'.tmp'.length)}-list.tmp`;
    try {
      await writeFile(list, partList(parts), { flag: 'wx' });
      const run = await runFileJob({
        tools,
        input: list,
        // The list is ours; what it names must be MP4 files.
        inputOptions: [
          '-protocol_whitelist',
          'file',
          '-format_whitelist',
          'concat,mov',
          '-f',
          'concat',
          '-safe',
          '0',
        ],
        outputOptions: [
          ...['-map', '0:v:0', '-c', 'copy', '-map_metadata', '-1', '-fflags', '+bitexact'],
          ...mp4Container({ width: 0, height: 0, fps }),
        ],
        output: temporary,
        signal,
      });
      if (run.code !== 0) throw toolFailure(`Cannot join ${out}`, run, out);
    } finally {
      await rm(list, { force: true });
    }
    await checkJoined(temporary, frames, fps, parts[0], { tools, signal });
    return { frames, durationSeconds: frames / fps };
  });
}

/** The list that ffmpeg's concat demuxer reads; a quote is written as '\''. */
function partList(parts: readonly string[]): string {
  const lines = parts.map((part) => `file '${fileAddress(part).replaceAll("'", "'\\''")}'`);
  return ['ffconcat version 1.0', ...lines, ''].join('\n');
}

/** The frames of all parts. Throws MediaError unless they have one codec, size and pixel format. */
async function framesOfParts(parts: readonly string[], options: ToolOptions): Promise<number> {
  const known = new Map<string, VideoInfo>();
  for (const part of new Set(parts)) {
    const { video } = await probe(part, options);
    if (video === undefined) throw noStream(part, 'video');
    known.set(part, { ...video, frames: video.frames ?? (await countPackets(part, options)) });
  }
  const looks = ({ codec, width, height, pixelFormat }: VideoInfo) =>
    `${codec} ${width}x${height} ${pixelFormat}`;
  const kinds = new Set([...known.values()].map(looks));
  if (kinds.size > 1) throw misfit(`there are ${[...kinds].join(' and ')}`);
  return parts.reduce((sum, part) => sum + (known.get(part)?.frames ?? 0), 0);
}

function misfit(why: string): MediaError {
  return new MediaError(`The parts do not fit each other: ${why}.`, {
    code: 'SEA_MEDIA_MISMATCH',
    hint: 'Encode all parts with the same size, rate and settings.',
  });
}

async function checkJoined(
  joined: string,
  frames: number,
  fps: number,
  firstPart: string,
  options: ToolOptions,
): Promise<void> {
  const { video, durationSeconds } = await probe(joined, options);
  if (video === undefined) throw noStream(firstPart, 'video');
  const faults = [
    video.frames === frames ? '' : `${video.frames} frames instead of ${frames}`,
    Math.abs(video.averageRate - fps) < 1e-6 ? '' : `${video.averageRate} frames a second instead of ${fps}`,
    // MP4 states durations in milliseconds.
    Math.abs(durationSeconds - frames / fps) < 2e-3
      ? ''
      : `${durationSeconds} s instead of ${frames / fps} s`,
  ].filter((fault) => fault !== '');
  if (faults.length > 0) throw misfit(`joined they have ${faults.join(', ')}`);
}
