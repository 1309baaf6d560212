import { fileURLToPath } from 'node:url';

import type { ToyModality } from '../world/modality.js';

const inPackage = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Path of the shipped text safety dataset (JSONL, one instruction record a line). */
export const textSafetyFile = (): string => inPackage('data/text-safety.jsonl');

/** Names of the shipped checkpoints by what they see or hear. */
export const tinyModelNames = {
  image: 'tiny-llava',
  video: 'tiny-qwen2-vl',
  audio: 'tiny-qwen2-audio',
} as const satisfies Record<ToyModality, string>;

/**
 * Folder of the shipped tiny checkpoint of a modality (Hugging Face layout). Qwen2-VL takes images too, so load it with
 * `loadModel(folder, { modality: 'video' })`.
 */
export const tinyModelFolder = (modality: ToyModality): string =>
  inPackage(`checkpoints/${tinyModelNames[modality]}`);

/** Folder of the shipped tiny LLaVA checkpoint. */
export const tinyLlavaFolder = (): string => tinyModelFolder('image');
