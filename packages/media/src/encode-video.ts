import { ConfigError, MediaError } from '@sea-align/core';

import { quiet } from './ffmpeg-arguments.js';
import { findFfmpeg, type FfmpegTools } from './find-ffmpeg.js';
import { fileAddress, writeOutput } from './media-file.js';
import type { ToolOptions } from './probe.js';
import { startTool, toolFailure } from './tool-process.js';

/** How video is coded. Files that are to be joined without re-encoding need equal settings here. */
export interface VideoCoding {
  /** Pixels; even numbers. */
  readonly width: number;
  readonly height: number;
  /** Frames a second of the file, a whole number. Default: 24. */
  readonly fps?: number;
  /** x264's constant rate factor, 0 (lossless) to 51. Default: 23. */
  readonly crf?: number;
  /** x264's preset. Default: superfast. */
  readonly preset?: 'ultrafast' | 'superfast' | 'veryfast' | 'faster' | 'fast' | 'medium' | 'slow';
  /** x264's tuning; `none` for moving pictures. Default: stillimage. */
  readonly tune?: 'stillimage' | 'animation' | 'none';
  /** Threads of the encoder. Default: 1, which gives the same bytes however many cores there are. */
  readonly threads?: number;
}

/** Pictures for `encodeVideo`. */
export interface EncodeVideoOptions extends VideoCoding, ToolOptions {
  /** `gray`: one byte a pixel; `rgb24`: three. Rows from the top. */
  readonly pixelFormat: 'gray' | 'rgb24';
  /** Frames of the file for which each picture stands. Default: 1. */
  readonly hold?: number;
  /**
   * A constant quantiser, 1 to 51, instead of `crf`; each picture then begins with a key frame and depends on no other, so
   * that its frames may be cut out and joined anew. The coded bytes of a picture are the same wherever it stands at an odd
   * (or at an even) place: H.264 numbers key frames 0, 1, 0, ….
   */
  readonly independentQp?: number;
}

/** Pictures, each of exactly width * height (* 3) bytes. */
export type Pictures = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** What was written. */
export interface EncodedVideo {
  /** Frames of the file: pictures * hold. */
  readonly frames: number;
  readonly durationSeconds: number;
}

/**
 * Writes pictures as an MP4 file: H.264, yuv420p, square pixels, no sound, index first, no B-frames (so that files join
 * without gaps), nothing in it that tells time or version of the muxer. Each picture is converted once and then
 * repeated, which is much cheaper than the other way round. One picture at a time is in flight. `out` appears when whole.
 *
 * @throws ConfigError for sizes and settings; MediaError if a picture has the wrong size, there is none, or ffmpeg fails;
 * DiskError if the disk is full. What `pictures` throws, is thrown.
 */
export async function encodeVideo(
  pictures: Pictures,
  options: EncodeVideoOptions,
  out: string,
): Promise<EncodedVideo> {
  const tools = options.tools ?? (await findFfmpeg({ encoders: ['libx264'] }));
  return writeOutput(out, async (temporary) => {
    const progress: Buffer[] = [];
    const target = ['-progress', 'pipe:1', ...mp4Container(options), fileAddress(temporary)];
    const fed = await encode(pictures, options, tools, target, (chunk) => progress.push(chunk), out);
    return checkedCount(fed, framesReported(Buffer.concat(progress).toString('latin1')), options, out);
  });
}

/**
 * The same as a bare H.264 stream in memory (annex B, one slice a picture), for callers that build containers themselves.
 *
 * @throws as `encodeVideo`; MediaError if the stream grows over 256 MiB.
 */
export async function encodeH264(
  pictures: Pictures,
  options: EncodeVideoOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const tools = options.tools ?? (await findFfmpeg({ encoders: ['libx264'] }));
  const chunks: Buffer[] = [];
  let size = 0;
  const keep = (chunk: Buffer) => {
    size += chunk.length;
    if (size > largestStream) throw new MediaError('The H.264 stream is over 256 MiB.');
    chunks.push(chunk);
  };
  await encode(pictures, options, tools, ['-f', 'h264', 'pipe:1'], keep);
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

const largestStream = 256 * 2 ** 20;

/** Output arguments: the coding of the video, without container and target. Order of filters: convert once, then repeat. */
export function codingArguments(coding: VideoCoding, filters: readonly string[]): string[] {
  const { crf = 23, preset = 'superfast', tune = 'stillimage', threads = 1 } = coding;
  return [
    ...['-vf', [...filters, 'setsar=1'].join(',')],
    ...['-an', '-sn', '-dn', '-c:v', 'libx264', '-pix_fmt', 'yuv420p'],
    ...['-preset', preset, ...(tune === 'none' ? [] : ['-tune', tune])],
    ...['-crf', String(crf), '-bf', '0', '-threads', String(threads)],
    ...['-map_metadata', '-1', '-fflags', '+bitexact', '-flags:v', '+bitexact'],
  ];
}

/** Output arguments after `codingArguments`: nothing of one picture reaches the next, neither frames nor rate control. */
function independentPictures(qp: number, hold: number): string[] {
  return [
    ...[
      '-crf',
      '-1',
      '-qp',
      String(qp),
      '-forced-idr',
      '1',
      '-force_key_frames',
      `expr:eq(mod(n,${hold}),0)`,
    ],
    '-x264-params',
    // Not CABAC: x264 ends each such slice with a bit that depends on the number of the frame.
    'cabac=0:keyint=infinite:scenecut=0:rc-lookahead=0:mbtree=0:aq-mode=0:weightp=0',
  ];
}

/** Output arguments: MP4 with the index first and the time scale that ffmpeg itself chooses for this rate. */
export function mp4Container({ fps = 24 }: VideoCoding): string[] {
  return ['-video_track_timescale', String(fps * 512), '-movflags', '+faststart', '-f', 'mp4'];
}

/** Throws ConfigError for a coding that cannot be. */
export function checkCoding({ width, height, fps = 24, crf = 23, threads = 1 }: VideoCoding): void {
  for (const [name, value] of Object.entries({ width, height })) {
    if (!Number.isSafeInteger(value) || value < 2 || value % 2 !== 0 || value > 8192) {
      throw new ConfigError(`The ${name} of a video must be an even number from 2 to 8192, not ${value}.`);
    }
  }
  if (!Number.isSafeInteger(fps) || fps < 1 || fps > 240) {
    throw new ConfigError(`fps must be a whole number from 1 to 240, not ${fps}.`);
  }
  if (!(crf >= 0 && crf <= 51)) throw new ConfigError(`crf must be from 0 to 51, not ${crf}.`);
  if (!Number.isSafeInteger(threads) || threads < 1) {
    throw new ConfigError(`threads must be a whole number above 0, not ${threads}.`);
  }
}

/** The last count of frames in the output of ffmpeg's `-progress`. */
export function framesReported(progress: string): number {
  return Number([...progress.matchAll(/^frame=\s*(\d+)/gm)].at(-1)?.[1] ?? 0);
}

function checkedCount(
  pictures: number,
  frames: number,
  { hold = 1, fps = 24 }: EncodeVideoOptions,
  out: string,
): EncodedVideo {
  if (frames !== pictures * hold) {
    throw new MediaError(`Writing ${out} gave ${frames} frames instead of ${pictures * hold}.`);
  }
  return { frames, durationSeconds: frames / fps };
}

/** Feeds the pictures to ffmpeg; what it puts out goes to `take`. The number of pictures. */
async function encode(
  pictures: Pictures,
  options: EncodeVideoOptions,
  tools: FfmpegTools,
  target: readonly string[],
  take: (chunk: Buffer) => void,
  out?: string,
): Promise<number> {
  checkCoding(options);
  const { width, height, pixelFormat, fps = 24, hold = 1, independentQp, signal } = options;
  if (!Number.isSafeInteger(hold) || hold < 1) {
    throw new ConfigError(`hold must be a whole number above 0, not ${hold}.`);
  }
  if (independentQp !== undefined && !(independentQp >= 1 && independentQp <= 51)) {
    throw new ConfigError(`independentQp must be from 1 to 51, not ${independentQp}.`);
  }
  const size = width * height * (pixelFormat === 'gray' ? 1 : 3);
  const child = startTool(
    tools.ffmpeg,
    [
      ...[...quiet, '-y', '-f', 'rawvideo', '-pixel_format', pixelFormat],
      ...['-video_size', `${width}x${height}`, '-framerate', `${fps}/${hold}`, '-i', 'pipe:0'],
      ...codingArguments(options, ['format=yuv420p', `fps=${fps}`]),
      ...(independentQp === undefined ? [] : independentPictures(independentQp, hold)),
      ...target,
    ],
    signal,
  );
  let count = 0;
  try {
    const reading = drain(child.stdout, take);
    // Whoever fails first is told below; here the failure must not count as unhandled.
    reading.catch(() => void child.kill());
    for await (const picture of pictures) {
      signal?.throwIfAborted();
      if (picture.length !== size) {
        throw new MediaError(`Picture ${count} has ${picture.length} bytes instead of ${size}.`);
      }
      count++;
      if (!(await child.feed(picture))) break;
    }
    if (count === 0) throw new MediaError('There is no picture to encode.');
    child.stdin.end();
    await reading;
    const exit = await child.exited;
    if (exit.code !== 0) throw toolFailure(`Cannot encode ${out ?? 'H.264'}`, exit, out);
    return count;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    await child.kill();
  }
}

async function drain(stream: AsyncIterable<Buffer>, take: (chunk: Buffer) => void): Promise<void> {
  for await (const chunk of stream) take(chunk);
}
