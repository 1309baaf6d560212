import type { MediaSource } from '@sea-align/mllm';

/** A medium exactly as the model was given it, for another program to read. */
export interface ReferenceMedium {
  readonly data: Uint8Array;
  /** `png`; `rgb`: frames of RGB bytes, one behind the other; `f32`: samples as little-endian float32. */
  readonly extension: 'png' | 'rgb' | 'f32';
  readonly shape: Readonly<Record<string, number>>;
}

/** @throws TypeError for a source that the toy world does not make */
export function referenceMedium(source: MediaSource): ReferenceMedium {
  if (source instanceof Uint8Array) return { data: source, extension: 'png', shape: {} };
  if (typeof source === 'object' && 'samples' in source) {
    const { buffer, byteOffset, byteLength } = source.samples;
    return {
      data: new Uint8Array(buffer, byteOffset, byteLength),
      extension: 'f32',
      shape: { sampleRate: source.sampleRate },
    };
  }
  if (typeof source === 'object' && 'frames' in source) {
    const [{ width, height }] = source.frames;
    return {
      data: Buffer.concat(source.frames.map((frame) => frame.data)),
      extension: 'rgb',
      shape: { frames: source.frames.length, width, height, framesPerSecond: source.framesPerSecond },
    };
  }
  throw new TypeError('the toy world makes pictures as PNG, clips as frames and sounds as samples');
}
