import { ConfigError, MediaError } from '@sea-align/core';

import { frameByFrame, input, quiet } from './ffmpeg-arguments.js';
import { findFfmpeg } from './find-ffmpeg.js';
import { noStream, probe, unreadable, type ToolOptions } from './probe.js';
import { pieces } from './stream-pieces.js';
import { startTool } from './tool-process.js';

/** One picture: `data` holds height * width * 3 bytes, rows from the top, R G B. */
export interface RawFrame {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** How frames come out. */
export interface FrameOptions extends ToolOptions {
  /** Scale to exactly this size (bicubic, aspect ratio not kept). Default: the source's size. */
  readonly scaleTo?: { readonly width: number; readonly height: number };
  /** Refuse to hand out frames of more pixels than this. Default: 7680 * 4320. */
  readonly maxPixels?: number;
}

/** Which frames come out. */
export interface DecodeVideoOptions extends FrameOptions {
  /** Resample to this many frames a second (ffmpeg's `fps` filter repeats and drops). Default: every frame, once. */
  readonly fps?: number;
  /** Stop after this many. Default: no limit. */
  readonly maxFrames?: number;
}

const largestFrame = 7680 * 4320;

/**
 * The frames of a file's first video stream, in the order of presentation. Holds a frame or two at a time: ffmpeg waits
 * while the consumer is busy. Leaving the loop early ends ffmpeg.
 *
 * @throws MediaError: not readable as `probe`, no video stream, frames too large, or damaged on the way (after the good frames).
 */
export async function* decodeVideo(path: string, options: DecodeVideoOptions = {}): AsyncGenerator<RawFrame> {
  const { fps, maxFrames } = options;
  checkPositive('fps', fps);
  checkPositive('maxFrames', maxFrames);
  yield* frames(path, fps === undefined ? [] : [`fps=${fps}`], maxFrames, options);
}

/**
 * The frames with these numbers, counted from 0 in the order of presentation, exactly as in the file; one for each
 * index, in the order given, which must not go down. An index may repeat.
 *
 * @throws MediaError as `decodeVideo`, and if the video ends before an index. ConfigError for indices that are not ascending.
 */
export async function* sampleFrames(
  path: string,
  indices: readonly number[],
  options: FrameOptions = {},
): AsyncGenerator<RawFrame> {
  const wrong = indices.findIndex(
    (index, at) => !Number.isSafeInteger(index) || index < (at === 0 ? 0 : indices[at - 1]),
  );
  if (wrong !== -1) {
    throw new ConfigError(
      `Frame indices must be whole numbers, ascending: ${indices[wrong]} at place ${wrong}.`,
    );
  }
  const wanted = [...new Set(indices)];
  if (wanted.length === 0) return;
  let seen = 0;
  for await (const frame of frames(path, [`select=${selection(wanted)}`], wanted.length, options)) {
    const index = wanted[seen++];
    const times = indices.lastIndexOf(index) - indices.indexOf(index) + 1;
    for (let time = 0; time < times; time++) yield frame;
  }
  if (seen < wanted.length) {
    throw new MediaError(`${JSON.stringify(path)} ends before frame ${wanted[seen]} (counted from 0).`, {
      code: 'SEA_MEDIA_TOO_SHORT',
    });
  }
}

/** ffmpeg's expression for "the frame's number is one of these", runs of neighbours as one term. */
function selection(indices: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const index of indices) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] + 1 === index) run[1] = index;
    else runs.push([index, index]);
  }
  return anyOf(runs.map(([first, last]) => `between(n\\,${first}\\,${last})`));
}

/** A sum as a balanced tree: ffmpeg refuses expressions that are nested more than 100 deep, and a plain sum is. */
function anyOf(terms: readonly string[]): string {
  if (terms.length === 1) return terms[0];
  const middle = Math.ceil(terms.length / 2);
  return `(${anyOf(terms.slice(0, middle))}+${anyOf(terms.slice(middle))})`;
}

async function* frames(
  path: string,
  filters: readonly string[],
  maxFrames: number | undefined,
  options: FrameOptions,
): AsyncGenerator<RawFrame> {
  const { signal, scaleTo, maxPixels = largestFrame } = options;
  checkPositive('scaleTo.width', scaleTo?.width);
  checkPositive('scaleTo.height', scaleTo?.height);
  const tools = options.tools ?? (await findFfmpeg());
  const { video } = await probe(path, { tools, signal });
  if (video === undefined) throw noStream(path, 'video');
  const { width, height } = scaleTo ?? video;
  if (width * height > maxPixels) {
    throw new MediaError(
      `The frames of ${JSON.stringify(path)} are too large: ${width}x${height}, at most ${maxPixels} pixels are allowed.`,
      { code: 'SEA_MEDIA_TOO_LARGE' },
    );
  }
  const child = startTool(
    tools.ffmpeg,
    [
      ...quiet,
      '-xerror',
      ...input(path),
      ...['-map', '0:V:0'],
      // The size is said even where it does not change: a stream may change its size on the way.
      ...['-vf', [...filters, `scale=${width}:${height}`].join(',')],
      ...frameByFrame(tools),
      ...(maxFrames === undefined ? [] : ['-frames:v', String(maxFrames)]),
      ...['-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'],
    ],
    signal,
  );
  child.stdin.end();
  let count = 0;
  let rest = 0;
  try {
    for await (const data of pieces(child.stdout, width * height * 3, (bytes) => (rest = bytes))) {
      count++;
      yield { data, width, height };
    }
    const exit = await child.exited;
    if (exit.code !== 0 || rest !== 0) throw unreadable(path, exit);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    await child.kill();
  }
  if (count === 0) throw new MediaError(`${JSON.stringify(path)} has a video stream without frames.`);
}

function checkPositive(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isFinite(value) && value > 0)) return;
  throw new ConfigError(`${name} must be a number above 0, not ${value}.`);
}
