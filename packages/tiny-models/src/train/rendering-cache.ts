import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { ProgressMeter, sha256, writeFileAtomic, type ProgressListener } from '@sea-align/core';

import { modelResolution, renderPixels } from '../world/render.js';
import { renderSvg, type SceneSpec } from '../world/scene.js';

/** Bytes of one picture: RGB at model resolution. */
export const pictureBytes = modelResolution * modelResolution * 3;

/** Pictures under way at once: enough to keep sharp's threads busy. */
const inFlight = 32;

/** The pictures of `scenes` as one array, [scenes, H, W, 3] bytes; kept in `folder` under the hash of their drawings. */
export async function cachedPictures(
  scenes: readonly SceneSpec[],
  options: { readonly folder: string; readonly label: string; readonly onProgress?: ProgressListener },
): Promise<Uint8Array> {
  const key = sha256(scenes.map((scene) => sha256(renderSvg(scene, modelResolution))).join('\n'));
  const file = join(options.folder, `pictures-${key.slice(0, 16)}.bin`);
  const kept = await readIfThere(file, scenes.length * pictureBytes);
  if (kept) return kept;
  const pictures = new Uint8Array(scenes.length * pictureBytes);
  const meter = new ProgressMeter(`render ${options.label}`, scenes.length, options.onProgress);
  for (let start = 0; start < scenes.length; start += inFlight) {
    const chunk = scenes.slice(start, start + inFlight);
    await Promise.all(
      chunk.map(async (scene, i) => pictures.set(await renderPixels(scene), (start + i) * pictureBytes)),
    );
    meter.tick(chunk.length);
  }
  await writeFileAtomic(file, pictures);
  return pictures;
}

async function readIfThere(file: string, bytes: number): Promise<Uint8Array | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found?.size === bytes ? readFile(file) : undefined;
}

/** One picture as pixel values [3, H, W] in [-1, 1] (mean and deviation 0.5), written at `at` into `target`. */
export function normalisedPixels(
  pictures: Uint8Array,
  index: number,
  target: Float32Array,
  at: number,
): void {
  const area = modelResolution * modelResolution;
  const from = index * pictureBytes;
  for (let pixel = 0; pixel < area; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      target[at + channel * area + pixel] = (pictures[from + pixel * 3 + channel] / 255 - 0.5) / 0.5;
    }
  }
}
