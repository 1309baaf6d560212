import { sha256 } from '@sea-align/core';
import { decodeAudio, encodeWav, frameHashes, type FfmpegTools } from '@sea-align/media';

export interface HashOptions {
  readonly tools: FfmpegTools;
  readonly signal?: AbortSignal;
}

/** One SHA-256 over the hashes of a video's decoded frames, in order. */
export function hashOfFrames(frames: readonly string[]): string {
  return sha256(frames.join('\n'));
}

/** SHA-256 of a video's decoded frames. Throws MediaError if it cannot be decoded to its end. */
export async function videoHash(path: string, options: HashOptions): Promise<string> {
  return hashOfFrames(await frameHashes(path, options));
}

/** SHA-256 of decoded samples as 16-bit little-endian PCM. */
export function hashOfSamples(samples: Float32Array, sampleRate: number): string {
  return sha256(encodeWav(samples, sampleRate));
}

/** SHA-256 of a sound file's decoded samples. Throws MediaError if it cannot be decoded to its end. */
export async function audioHash(
  path: string,
  { sampleRate, ...options }: HashOptions & { readonly sampleRate: number },
): Promise<string> {
  const samples = await decodeAudio(path, { sampleRate, maxSeconds: 3600, ...options });
  return hashOfSamples(samples, sampleRate);
}
