import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError, ConfigError, listIssues } from '@sea-align/core';
import { z } from 'zod';
import { llavaSchema, type LlavaConfig } from './llava-config.js';
import { textModelTypes } from './text-config.js';

/** What can be loaded, for messages. */
export const supportedArchitectures =
  'LLaVA-1.5 (model_type "llava") with a CLIP vision tower (clip_vision_model) and a ' +
  `${textModelTypes.join(', ')} text backbone`;

/** Thrown message part for an architecture that is not supported; undefined where it is. */
export function unsupportedArchitecture(raw: unknown): string | undefined {
  const outer = z.looseObject({ model_type: z.string().optional() }).safeParse(raw);
  if (!outer.success) return undefined;
  const config = outer.data;
  if (config.model_type !== 'llava') return `model_type "${config.model_type ?? '(absent)'}"`;
  const vision = nestedType(config['vision_config']);
  if (vision !== undefined && vision !== 'clip_vision_model') return `vision_config.model_type "${vision}"`;
  const text = nestedType(config['text_config']);
  if (text !== undefined && !textModelTypes.some((type) => type === text))
    return `text_config.model_type "${text}"`;
  return undefined;
}

function nestedType(raw: unknown): string | undefined {
  const parsed = z.looseObject({ model_type: z.string() }).safeParse(raw);
  return parsed.success ? parsed.data.model_type : undefined;
}

/** Reads a JSON file; CheckpointError names the file where it is missing or not JSON. */
export async function readJsonFile(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new CheckpointError(
      `Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`,
      {
        hint: 'Give the folder of a Hugging Face checkpoint (with config.json).',
        cause: error,
      },
    );
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new CheckpointError(
      `${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}

/**
 * config.json of a checkpoint folder with HF's per-type defaults.
 * @throws CheckpointError for an unsupported architecture (code SEA_UNSUPPORTED_ARCHITECTURE), ConfigError listing every fault.
 */
export async function readConfig(folder: string): Promise<LlavaConfig> {
  const path = join(folder, 'config.json');
  return parseConfig(await readJsonFile(path), path);
}

/** As `readConfig`, from parsed JSON; `path` is for messages. */
export function parseConfig(raw: unknown, path: string): LlavaConfig {
  const unsupported = unsupportedArchitecture(raw);
  if (unsupported !== undefined) {
    throw new CheckpointError(
      `${path}: ${unsupported} is not supported. Supported: ${supportedArchitectures}.`,
      {
        code: 'SEA_UNSUPPORTED_ARCHITECTURE',
        hint: 'Use a checkpoint of a supported family.',
      },
    );
  }
  const parsed = llavaSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new ConfigError(`${path} is not a usable LLaVA config:`, {
    issues: listIssues(parsed.error),
  });
}
