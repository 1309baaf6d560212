import { ConfigError, parseConfig } from '@sea-align/core';
import { z } from 'zod';
import { readEntries } from '../settings/settings.js';

const group = z.record(z.string(), z.unknown()).default({});
const settingsSchema = z.strictObject({
  /** Options of the target. */
  target: group,
  /** Options of judges; those of one judge alone in a group of its name. */
  judge: group,
});
export type EvaluateSettings = z.output<typeof settingsSchema>;

/** `--set target.x=y` and `--set judge.x=y`. Throws ConfigError. */
export function parseEvaluateSettings(entries: readonly string[]): EvaluateSettings {
  return parseConfig(settingsSchema, readEntries(entries), 'The settings');
}

/** Words of a command: a JSON list, or a text split at spaces. Throws ConfigError. */
export function commandWords(setting: string, value: unknown): string[] {
  const words = typeof value === 'string' ? value.split(' ').filter((word) => word !== '') : value;
  const result = z.array(z.string().min(1)).min(1).safeParse(words);
  if (result.success) return result.data;
  throw new ConfigError(`${setting} must be a program and its arguments.`, {
    hint: `For example --set '${setting}=["python3", "answer.py"]'`,
  });
}

/** Settings of those names, and the others. */
export function split(
  names: readonly string[],
  settings: Readonly<Record<string, unknown>>,
): [named: Record<string, unknown>, others: Record<string, unknown>] {
  const pick = (wanted: boolean): Record<string, unknown> =>
    Object.fromEntries(Object.entries(settings).filter(([name]) => names.includes(name) === wanted));
  return [pick(true), pick(false)];
}

/** Facts about how and where a target runs: they may change between sessions, and decide nothing about its answers. */
const operational = new Set([
  ...[
    'server',
    'url',
    'baseURL',
    'apiKeyEnv',
    'engine',
    'engineOptions',
    'modelHash',
    'batchSize',
    'concurrency',
  ],
  ...[
    'price',
    'requestsPerMinute',
    'timeoutMs',
    'retries',
    'retryDelayMs',
    'maxRetryDelayMs',
    'maxOutputBytes',
  ],
]);

/** What of a target's description its answers depend on. */
export function identityOf(description: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(description).filter(([name]) => !operational.has(name)));
}
