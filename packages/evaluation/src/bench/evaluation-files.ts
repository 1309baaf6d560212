import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DiskError, errnoOf, type RunFolderOptions } from '@sea-align/core';

/** Files of an evaluation beside core's `run.json` and `manifest.json`. */
export const evaluationFiles = {
  cases: 'cases.jsonl',
  answers: 'answers.jsonl',
  verdicts: 'verdicts.jsonl',
  spend: 'spend.jsonl',
  result: 'result.json',
  report: 'report',
} as const;

export type LogName = 'answers' | 'verdicts' | 'spend';

/** Every shard has logs of its own, so that several can share a folder, or be copied into one. */
export function logFile(log: LogName, shard?: string): string {
  return shard === undefined ? evaluationFiles[log] : `${log}.${shard.replace('/', '-of-')}.jsonl`;
}

/** Paths of all logs of a kind: shards first, by name, and the one without a shard last, as its lines count most. */
export async function logPaths(folder: string, log: LogName): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw DiskError.from(error, folder);
  }
  const ofShard = new RegExp(`^${log}\\.[1-9]\\d*-of-[1-9]\\d*\\.jsonl$`);
  const whole = names.filter((name) => name === evaluationFiles[log]);
  return [...names.filter((name) => ofShard.test(name)).sort(), ...whole].map((name) => join(folder, name));
}

/** How an evaluation claims its folder: `identity` is what must be the same for answers to stand side by side. */
export function evaluationClaim(identity: unknown, force = false): RunFolderOptions {
  return { config: identity, resume: !force, force };
}
