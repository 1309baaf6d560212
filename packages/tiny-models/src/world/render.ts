import sharp from 'sharp';

import { renderSvg, type SceneSpec } from './scene.js';

/** Side of the pictures that the tiny image model takes, in pixels. */
export const modelResolution = 32;

/** The scene as an opaque RGB PNG of `pixels` x `pixels`. */
export async function renderScene(spec: SceneSpec, pixels = modelResolution): Promise<{ png: Buffer }> {
  const picture = sharp(Buffer.from(renderSvg(spec, pixels))).flatten({ background: '#ffffff' });
  return { png: await picture.removeAlpha().png().toBuffer() };
}

/** The scene as raw RGB bytes, row by row: `pixels` x `pixels` x 3. */
export async function renderPixels(spec: SceneSpec, pixels = modelResolution): Promise<Uint8Array> {
  const picture = sharp(Buffer.from(renderSvg(spec, pixels))).flatten({ background: '#ffffff' });
  const data = await picture.removeAlpha().raw().toBuffer();
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
