import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { ProgressMeter, sha256, writeFileAtomic, type ProgressListener } from '@sea-align/core';
import type { TypedArray } from '@sea-align/compute';
import type { PreparedMedium } from '@sea-align/mllm';

import type { ToyModality, ToyScene } from '../world/modality.js';
import type { Packing } from './tiny-model.js';

/** Media under way at once: enough to keep sharp's threads busy. */
const inFlight = 32;
/** Of so many media spread over the scenes, the key holds the packed bytes: a changed drawing is rendered anew. */
const probes = 46;

/** The packed media of `scenes`, one behind the other; kept in `folder` under a hash of what decides them. */
export async function cachedMedia<M extends ToyModality>(
  packing: Packing<M>,
  scenes: readonly ToyScene<M>[],
  options: { readonly folder: string; readonly label: string; readonly onProgress?: ProgressListener },
): Promise<Uint8Array> {
  const every = Math.ceil(scenes.length / probes);
  const probed = await Promise.all(
    scenes.filter((_, i) => i % every === 0).map((scene) => packing.pack(scene)),
  );
  const key = sha256([JSON.stringify(scenes), ...probed.map((bytes) => sha256(bytes))].join('\n'));
  const file = join(options.folder, `media-${key.slice(0, 16)}.bin`);
  const kept = await readIfThere(file, scenes.length * packing.bytes);
  if (kept) return kept;
  const media = new Uint8Array(scenes.length * packing.bytes);
  const meter = new ProgressMeter(`render ${options.label}`, scenes.length, options.onProgress);
  for (let start = 0; start < scenes.length; start += inFlight) {
    const chunk = scenes.slice(start, start + inFlight);
    await Promise.all(
      chunk.map(async (scene, i) => media.set(await packing.pack(scene), (start + i) * packing.bytes)),
    );
    meter.tick(chunk.length);
  }
  await writeFileAtomic(file, media);
  return media;
}

async function readIfThere(file: string, bytes: number): Promise<Uint8Array | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found?.size === bytes ? readFile(file) : undefined;
}

/** The encoder's inputs for one medium of `cachedMedia`. */
export function mediumAt<M extends ToyModality>(
  { bytes, unpack }: Packing<M>,
  media: Uint8Array,
  index: number,
): PreparedMedium['features'] {
  return unpack(media.subarray(index * bytes, (index + 1) * bytes));
}

/** The encoder's inputs for several media, laid one behind the other. */
export function mediaFeeds<M extends ToyModality>(
  packing: Packing<M>,
  media: Uint8Array,
  indices: readonly number[],
): Record<string, TypedArray> {
  const feeds: Record<string, Float32Array> = {};
  indices.forEach((index, row) => {
    for (const [name, { data }] of Object.entries(mediumAt(packing, media, index))) {
      feeds[name] ??= new Float32Array(indices.length * data.length);
      feeds[name].set(data as Float32Array, row * data.length);
    }
  });
  return feeds;
}
