import { ConfigError } from '@sea-align/core';
import type { EvaluationPlan } from '@sea-align/evaluation';
import type { EvaluateSettings } from './evaluate-settings.js';

/**
 * Throws ConfigError if an environment variable that is to hold a key is not set, before anything is written or asked. Only
 * for who is really going to be asked.
 */
export function requireKeys({ target, judges }: EvaluationPlan, settings: EvaluateSettings): void {
  const judging = judges.filter(({ toJudge }) => toJudge > 0).map(({ name }) => name);
  const named = [
    ...(target === undefined ? [] : [settings.target.apiKeyEnv]),
    ...(judging.length === 0 ? [] : [settings.judge.apiKeyEnv]),
    ...judging.map((name) => (settings.judge[name] as { apiKeyEnv?: unknown } | undefined)?.apiKeyEnv),
  ];
  const missing = named.find((name) => typeof name === 'string' && !process.env[name]);
  if (missing === undefined) return;
  throw new ConfigError(`The environment variable ${String(missing)} is not set.`, {
    hint: 'It must hold the key: export it, and run the same command again.',
  });
}
