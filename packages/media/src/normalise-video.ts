import { ConfigError, MediaError } from '@sea-align/core';

import {
  checkCoding,
  codingArguments,
  framesReported,
  mp4Container,
  type VideoCoding,
} from './encode-video.js';
import { findFfmpeg } from './find-ffmpeg.js';
import { runFileJob } from './fluent-job.js';
import { inputGuards, writeOutput } from './media-file.js';
import { noStream, probe, unreadable, type ToolOptions, type VideoInfo } from './probe.js';
import { toolFailure } from './tool-process.js';

/** What a video is to become. */
export interface NormaliseOptions extends VideoCoding, ToolOptions {
  /** Frames of the result, exactly. */
  readonly frames: number;
  /** Refuse sources with larger frames than this. Default: 7680 * 4320. */
  readonly maxPixels?: number;
}

/** What was done to a video. */
export interface NormalisedVideo {
  readonly frames: number;
  readonly durationSeconds: number;
  readonly source: VideoInfo & { readonly durationSeconds: number };
  /** Frames at the end that repeat the source's last one, because it was too short. */
  readonly paddedFrames: number;
  /** What the source had more than was taken, in seconds. */
  readonly cutSeconds: number;
  /** The source was scaled or cropped. */
  readonly resized: boolean;
}

const largestFrame = 7680 * 4320;

/**
 * Writes a video again, coded as `encodeVideo` does: exactly the size wanted (scaled until it covers it, the middle kept),
 * exactly `frames` frames at `fps`. A source that is too long is cut, one that is too short holds its last frame; the
 * result says so. No sound. Neither frames nor file pass through this process's memory.
 *
 * @throws as `decodeVideo`, and DiskError if the disk is full.
 */
export async function normaliseVideo(
  path: string,
  options: NormaliseOptions,
  out: string,
): Promise<NormalisedVideo> {
  const { width, height, fps = 24, frames, maxPixels = largestFrame, signal } = options;
  checkCoding(options);
  if (!Number.isSafeInteger(frames) || frames < 1) {
    throw new ConfigError(`frames must be a whole number above 0, not ${frames}.`);
  }
  const tools = options.tools ?? (await findFfmpeg({ encoders: ['libx264'] }));
  const { video, durationSeconds } = await probe(path, { tools, signal });
  if (video === undefined) throw noStream(path, 'video');
  if (video.width * video.height > maxPixels) {
    throw new MediaError(
      `The frames of ${JSON.stringify(path)} are too large: ${video.width}x${video.height}.`,
      { code: 'SEA_MEDIA_TOO_LARGE' },
    );
  }
  const covering = [
    // Pixels that are not square are made so first.
    'scale=trunc(iw*sar/2+0.5)*2:ih',
    `scale=${width}:${height}:force_original_aspect_ratio=increase:flags=bicubic`,
    `crop=${width}:${height}`,
    `fps=${fps}`,
  ];
  const encode = async (padding: number, temporary: string) => {
    const pad = padding === 0 ? [] : [`tpad=stop_mode=clone:stop=${padding}`];
    const coding = codingArguments({ tune: 'none', ...options }, [...covering, ...pad, 'format=yuv420p']);
    const run = await runFileJob({
      tools,
      input: path,
      inputOptions: ['-xerror', ...inputGuards],
      outputOptions: [
        ...['-map', '0:V:0', ...coding, '-frames:v', String(frames), '-progress', 'pipe:1'],
        ...mp4Container(options),
      ],
      output: temporary,
      signal,
    });
    if (run.code !== 0) {
      const failure = toolFailure(`Cannot convert ${JSON.stringify(path)}`, run, out);
      throw MediaError.isInstance(failure) ? unreadable(path, run) : failure;
    }
    return framesReported(run.stdout);
  };
  const paddedFrames = await writeOutput(out, async (temporary) => {
    const first = await encode(0, temporary);
    if (first === 0) throw new MediaError(`${JSON.stringify(path)} has a video stream without frames.`);
    if (first === frames) return 0;
    const padded = await encode(frames - first, temporary);
    if (padded !== frames) {
      throw new MediaError(`Converting ${JSON.stringify(path)} gave ${padded} frames instead of ${frames}.`);
    }
    return frames - first;
  });
  return {
    frames,
    durationSeconds: frames / fps,
    source: { ...video, durationSeconds },
    paddedFrames,
    cutSeconds: Math.max(0, durationSeconds - frames / fps),
    resized: video.width !== width || video.height !== height,
  };
}
