import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { QuestionPart } from '@sea-align/chat';
import { errnoOf, MediaError } from '@sea-align/core';
import { countFrames, decodeAudio, encodeWav, probe, sampleFrames } from '@sea-align/media';
import sharp from 'sharp';
import type { RequestMedium } from './target.js';

export const videoForms = ['video_url', 'frames'] as const;
/**
 * How a server is shown a video: the file as `video_url` (vLLM, SGLang and others), or single frames as pictures, for servers
 * without video.
 */
export type VideoForm = (typeof videoForms)[number];

export interface MediumSettings {
  readonly videoAs: VideoForm;
  /** Pictures that stand for a video. */
  readonly frames: number;
  /** Larger files are refused. */
  readonly maxBytes: number;
}

const imageTypes: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
};
const videoTypes: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.mov': 'video/quicktime',
  '.mkv': 'video/x-matroska',
};
/** What servers take as `input_audio`. */
const soundFormats: Readonly<Record<string, string>> = { '.mp3': 'mp3', '.wav': 'wav' };
/** Of sounds in other formats, which are sent as WAV. */
const soundRate = 16_000;
/** Of the frames of a video. */
const jpegQuality = 90;

/**
 * A medium as it is put to a server.
 * @throws MediaError for a file that cannot be read, is of another kind, or too large
 */
export async function mediumParts(
  { modality, path }: RequestMedium,
  settings: MediumSettings,
  signal?: AbortSignal,
): Promise<QuestionPart[]> {
  const extension = extname(path).toLowerCase();
  if (modality === 'audio') {
    const format = soundFormats[extension];
    if (format !== undefined) return [{ type: 'audio', format, data: await read(path, settings) }];
    const samples = await decodeAudio(path, { sampleRate: soundRate, signal });
    return [{ type: 'audio', format: 'wav', data: encodeWav(samples, soundRate) }];
  }
  if (modality === 'video' && settings.videoAs === 'frames')
    return videoFrames(path, settings.frames, signal);
  const mediaType = (modality === 'image' ? imageTypes : videoTypes)[extension];
  if (mediaType === undefined) {
    const known = Object.keys(modality === 'image' ? imageTypes : videoTypes).join(', ');
    throw new MediaError(`${JSON.stringify(path)} is no ${modality} that a server takes (${known}).`);
  }
  return [{ type: modality, mediaType, data: await read(path, settings) }];
}

/** @throws MediaError */
async function read(path: string, { maxBytes }: MediumSettings): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > maxBytes) {
      throw new MediaError(
        `${JSON.stringify(path)} has ${size} bytes, more than maxMediaBytes (${maxBytes}).`,
      );
    }
    return await readFile(path);
  } catch (error) {
    if (MediaError.isInstance(error) || errnoOf(error) === undefined) throw error;
    throw new MediaError(`Cannot read ${JSON.stringify(path)} (${errnoOf(error)}).`, { cause: error });
  }
}

/** The middles of `wanted` equal stretches of a video, as JPEG; all frames of a shorter one. */
async function videoFrames(path: string, wanted: number, signal?: AbortSignal): Promise<QuestionPart[]> {
  const { video } = await probe(path, { signal });
  const total = video?.frames ?? (await countFrames(path, { signal }));
  const indices = evenlySpread(total, wanted);
  const parts: QuestionPart[] = [];
  for await (const { data, width, height } of sampleFrames(path, indices, { signal })) {
    const jpeg = await sharp(data, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: jpegQuality })
      .toBuffer();
    parts.push({ type: 'image', mediaType: 'image/jpeg', data: jpeg });
  }
  return parts;
}

/** Indices of the middles of `wanted` equal stretches of `total` frames; all where there are no more. */
export function evenlySpread(total: number, wanted: number): number[] {
  const count = Math.min(total, wanted);
  return Array.from({ length: count }, (_, at) => Math.floor(((at + 0.5) * total) / count));
}
