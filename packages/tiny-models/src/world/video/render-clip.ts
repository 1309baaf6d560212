import sharp from 'sharp';

import { clipFrames, renderFilmStrip, type ClipSpec } from './clip.js';

/** Side of the frames that the tiny video model takes, in pixels. */
export const clipResolution = 32;

/** Frames a second of a clip, as files play it: a clip lasts two seconds. */
export const clipRate = 4;

/** One frame: RGB bytes, row by row. */
export interface ClipFrame {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** All frames of a clip as raw RGB bytes, frame by frame: `clipFrames` x `pixels` x `pixels` x 3. */
export async function renderClipPixels(spec: ClipSpec, pixels = clipResolution): Promise<Uint8Array> {
  const strip = sharp(Buffer.from(renderFilmStrip(spec, pixels))).flatten({ background: '#ffffff' });
  const data = await strip.removeAlpha().raw().toBuffer();
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The frames of a clip, `pixels` x `pixels` each. */
export async function renderClip(spec: ClipSpec, pixels = clipResolution): Promise<ClipFrame[]> {
  const all = await renderClipPixels(spec, pixels);
  const bytes = pixels * pixels * 3;
  return Array.from({ length: clipFrames }, (_, frame) => ({
    data: all.subarray(frame * bytes, (frame + 1) * bytes),
    width: pixels,
    height: pixels,
  }));
}

/** The clip as an animated WebP that repeats: for reports, and for looking at. */
export async function renderClipWebp(spec: ClipSpec, pixels = 192): Promise<Buffer> {
  const raw = await renderClipPixels(spec, pixels);
  const strip = { width: pixels, height: clipFrames * pixels, channels: 3, pageHeight: pixels } as const;
  return sharp(raw, { raw: strip })
    .webp({ loop: 0, delay: Array.from({ length: clipFrames }, () => 1000 / clipRate), quality: 90 })
    .toBuffer();
}
