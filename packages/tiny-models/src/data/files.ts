import { fileURLToPath } from 'node:url';

const inPackage = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Path of the shipped text safety dataset (JSONL, one instruction record a line). */
export const textSafetyFile = (): string => inPackage('data/text-safety.jsonl');

/** Folder of the shipped tiny LLaVA checkpoint (Hugging Face layout). */
export const tinyLlavaFolder = (): string => inPackage('checkpoints/tiny-llava');
