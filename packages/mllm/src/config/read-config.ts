import { readFile } from 'node:fs/promises';
import { CheckpointError, ConfigError, listIssues } from '@sea-align/core';
import type { z } from 'zod';

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

/** Thrown for a config of something that is not supported (code SEA_UNSUPPORTED_ARCHITECTURE); names what is. */
export const UNSUPPORTED_ARCHITECTURE = 'SEA_UNSUPPORTED_ARCHITECTURE';

/**
 * @param architecture what is not supported: `model_type "gemma"`
 * @param supported what is
 */
export function unsupportedArchitecture(
  path: string,
  architecture: string,
  supported: string,
): CheckpointError {
  return new CheckpointError(`${path}: ${architecture} is not supported. Supported: ${supported}.`, {
    code: UNSUPPORTED_ARCHITECTURE,
    hint: 'Use a checkpoint of a supported family.',
    details: { architecture },
  });
}

/** @throws ConfigError that lists every fault; `what` is for the message ("LLaVA config") */
export function parseConfigFile<T>(schema: z.ZodType<T>, raw: unknown, path: string, what: string): T {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new ConfigError(`${path} is not a usable ${what}:`, { issues: listIssues(parsed.error) });
}
