import { readFile } from 'node:fs/promises';
import { ConfigError, parseConfig } from '@sea-align/core';
import { z } from 'zod';

export const textToVideoNames = ['animator', 'http', 'comfyui', 'huggingface'] as const;
export type TextToVideoName = (typeof textToVideoNames)[number];
export const speechNames = ['flite', 'edge', 'command'] as const;
export type SpeechName = (typeof speechNames)[number];

const group = z.record(z.string(), z.unknown()).default({});
const settingsSchema = z.strictObject({
  /** TYPO and the last seconds of DM_TYPO. */
  typo: group,
  textToVideo: group,
  speech: group,
  audio: group,
  noise: group,
  /** The language model that rewords questions and describes scenes; empty: none. */
  llm: group,
});
/** Options of the packages behind each group, which check them. */
export type Settings = z.output<typeof settingsSchema>;

/** Settings of `build`. Throws ConfigError. */
export function parseSettings(entries: readonly string[]): Settings {
  return parseConfig(settingsSchema, readEntries(entries), 'The settings');
}

/**
 * `--set group.name=value` entries. A value is JSON (`3`, `true`, `"#000"`, `[1, 2]`) or else a text as it stands. Throws
 * ConfigError.
 */
export function readEntries(entries: readonly string[]): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const entry of entries) {
    const at = entry.indexOf('=');
    const keys = entry.slice(0, Math.max(at, 0)).split('.');
    if (at <= 0 || keys.length < 2 || keys.some((key) => key === '' || key === '__proto__')) {
      throw new ConfigError(`--set ${entry}: must be group.name=value, for example --set speech.voice=slt`);
    }
    let target = settings;
    for (const key of keys.slice(0, -1)) {
      const next = target[key] ?? {};
      if (typeof next !== 'object' || next === null) {
        throw new ConfigError(`--set ${entry}: ${key} was set to a value before`);
      }
      target = target[key] = next as Record<string, unknown>;
    }
    target[keys[keys.length - 1]] = jsonOrText(entry.slice(at + 1));
  }
  return settings;
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Settings of how servers are reached: they may change between resumes and do not decide what is made. */
const operational = new Set([
  ...['url', 'baseURL', 'serviceUrl', 'resultHosts', 'apiKeyEnv', 'apiKeyHeader', 'billTo'],
  ...['concurrency', 'asks', 'retries', 'retryDelayMs', 'maxRetryDelayMs', 'timeoutMs', 'requestTimeoutMs'],
  ...[
    'jobTimeoutMs',
    'pollMs',
    'stallMs',
    'maxBytes',
    'price',
    'pricePerClip',
    'secondsPerClip',
    'answerFormat',
  ],
]);

/** The part of the settings that decides what is made. */
export function decisive(settings: Settings): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, values]) => [
      name,
      Object.fromEntries(Object.entries(values).filter(([key]) => !operational.has(key))),
    ]),
  );
}

/** A setting that is a JSON file's path, read; anything else as it is. Throws ConfigError. */
export async function fromFile(setting: string, value: unknown): Promise<unknown> {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(await readFile(value, 'utf8'));
  } catch (error) {
    throw new ConfigError(`${setting}: ${JSON.stringify(value)} cannot be read as a JSON file.`, {
      cause: error,
    });
  }
}
