import { tinyLlava } from './models/tiny-llava.js';
import { tinyQwen2Audio } from './models/tiny-qwen2-audio.js';
import { tinyQwen2VL } from './models/tiny-qwen2-vl.js';
import type { TinyModel } from './tiny-model.js';
import type { ToyModality } from '../world/modality.js';

/** The shipped models by modality. */
export const tinyModels: { readonly [M in ToyModality]: TinyModel<M> } = {
  image: tinyLlava,
  video: tinyQwen2VL,
  audio: tinyQwen2Audio,
};
