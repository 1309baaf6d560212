import { shardOf } from '@sea-align/core';
import type { Source } from './open-source.js';
import type { LeftOut, SourceEntry, TestCase } from './test-case.js';

export interface Selection {
  readonly cases: readonly TestCase[];
  /** The same before `shard`: what depends on other cases of a scenario is the same in every shard. */
  readonly ofAllShards: readonly TestCase[];
  readonly leftOut: readonly LeftOut[];
  /** Entries of the source in the scenarios, before `limit` and `shard`. */
  readonly total: number;
}

/**
 * Reads a source to its end: the first `limit` entries of each scenario, of them one shard. Entries without a usable case
 * count, so that a case that gets repaired moves no other into another shard.
 */
export async function selectCases(
  source: Source,
  { limit = Infinity, shard }: { limit?: number; shard?: string },
): Promise<Selection> {
  const seen = new Set<string>();
  const counts = new Map<string, number>();
  const kept: SourceEntry[] = [];
  let total = 0;
  for await (const entry of source.entries()) {
    total += 1;
    const { scenario = '', id = '' } = 'case' in entry ? entry.case : entry.leftOut;
    const count = (counts.get(scenario) ?? 0) + 1;
    counts.set(scenario, count);
    if (count > limit) continue;
    const name = JSON.stringify([scenario, id]);
    if ('case' in entry && seen.has(name)) {
      const { place } = entry.case;
      kept.push({
        leftOut: { scenario, id, place, reason: 'its id occurred before; only the first is built' },
      });
    } else {
      kept.push(entry);
    }
    if ('case' in entry) seen.add(name);
  }
  const chosen = shardOf(kept, shard);
  return {
    cases: casesIn(chosen),
    ofAllShards: casesIn(kept),
    leftOut: chosen.flatMap((entry) => ('leftOut' in entry ? [entry.leftOut] : [])),
    total,
  };
}

function casesIn(entries: readonly SourceEntry[]): TestCase[] {
  return entries.flatMap((entry) => ('case' in entry ? [entry.case] : []));
}
