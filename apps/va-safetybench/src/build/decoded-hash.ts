import { sha256 } from '@sea-align/core';
import { frameHashes, type ToolOptions } from '@sea-align/media';

/** One SHA-256 over the hashes of a video's decoded frames, in order. */
export function hashOfFrames(frames: readonly string[]): string {
  return sha256(frames.join('\n'));
}

/** SHA-256 of a video's decoded frames. Throws MediaError if it cannot be decoded to its end. */
export async function videoHash(path: string, options: ToolOptions): Promise<string> {
  return hashOfFrames(await frameHashes(path, options));
}
