import { llavaFamily } from '../llava/llava-family.js';
import { llavaNextFamily } from '../llava-next/llava-next-family.js';
import { qwen2AudioFamily } from '../qwen2-audio/qwen2-audio-family.js';
import { qwen2VLFamily } from '../qwen2-vl/qwen2-vl-family.js';
import type { Family } from './family.js';

/** Families that can be loaded without naming them. */
export const builtInFamilies: readonly Family[] = [
  llavaFamily,
  llavaNextFamily,
  qwen2VLFamily,
  qwen2AudioFamily,
];
