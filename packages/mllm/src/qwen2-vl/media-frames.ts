import { MediaError } from '@sea-align/core';
import { countFrames, probe, sampleFrames } from '@sea-align/media';
import type { ImageSource, MediaSource, PreprocessOptions, RawVideo } from '../family/media-source.js';
import type { RgbImage } from '../image/pillow-resize.js';
import { readImage } from '../image/read-image.js';
import { sampleFrameIndices, type SamplingOptions } from './frame-sampling.js';
import type { Size } from './smart-resize.js';

/** The frames of a medium that are looked at: how many, how large, and one after the other. */
export interface MediaFrames {
  readonly count: number;
  readonly size: Size;
  frames(): AsyncIterable<RgbImage>;
}

/** @throws MediaError for what is no image */
export async function imageFrames(source: MediaSource): Promise<MediaFrames> {
  if (!isImage(source)) {
    throw new MediaError('An image was expected: a file path, the bytes of an image file, or raw pixels.');
  }
  const image = await readImage(source);
  return { count: 1, size: image, frames: () => eachRead([image]) };
}

/**
 * Frames of a file, by their numbers.
 * @param counted count the frames by decoding them all, because the container may promise too many
 * @throws MediaError for what is no video
 */
export async function fileFrames(
  path: string,
  sampling: SamplingOptions,
  { signal, counted = false }: { signal?: AbortSignal; counted?: boolean },
): Promise<MediaFrames> {
  const { video } = await probe(path, { signal });
  if (video === undefined) {
    throw new MediaError(`${JSON.stringify(path)} has no video stream.`, { code: 'SEA_MEDIA_NO_STREAM' });
  }
  const stated = counted ? undefined : video.frames;
  const total = stated ?? (await countFrames(path, { signal }));
  if (total < 1) throw new MediaError(`${JSON.stringify(path)} has a video stream without frames.`);
  const indices = sampleFrameIndices(total, video.averageRate, sampling);
  return { count: indices.length, size: video, frames: () => sampleFrames(path, indices, { signal }) };
}

/**
 * Decoded frames: all of them, unless `options` ask for fewer.
 * @throws MediaError for what are no frames of one size
 */
export function rawFrames(
  source: MediaSource,
  options: PreprocessOptions,
  sampling: SamplingOptions,
): MediaFrames {
  if (!isVideo(source)) {
    throw new MediaError('A video was expected: a file path, the bytes of a video file, or raw frames.');
  }
  const { frames, framesPerSecond } = source;
  if (frames.length === 0) throw new MediaError('A video without frames was given.');
  const [first] = frames;
  const odd = frames.findIndex(({ width, height }) => width !== first.width || height !== first.height);
  if (odd >= 0) {
    throw new MediaError(
      `The frames of a video have one size; frame ${odd} has ${frames[odd].width} x ${frames[odd].height} pixels, ` +
        `the first one ${first.width} x ${first.height}.`,
    );
  }
  const sampled = options.fps !== undefined || options.maxFrames !== undefined;
  const chosen = sampled
    ? sampleFrameIndices(frames.length, framesPerSecond, { ...sampling, fps: options.fps }).map(
        (index) => frames[index],
      )
    : frames;
  return { count: chosen.length, size: first, frames: () => eachRead(chosen) };
}

async function* eachRead(
  images: readonly (RgbImage | RawVideo['frames'][number])[],
): AsyncGenerator<RgbImage> {
  for (const image of images) yield 'channels' in image ? await readImage(image) : image;
}

function isVideo(source: MediaSource): source is RawVideo {
  return typeof source !== 'string' && !(source instanceof Uint8Array) && 'frames' in source;
}

function isImage(source: MediaSource): source is ImageSource {
  return typeof source === 'string' || source instanceof Uint8Array || 'channels' in source;
}
