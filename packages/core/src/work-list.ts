import { ConfigError } from './errors/config-error.js';

/**
 * The items of one shard, in order. `shard` is `i/n`, i from 1 to n; undefined means all. Every item is in exactly one
 * of the n shards. Throws ConfigError if `shard` is malformed.
 */
export function shardOf<T>(items: readonly T[], shard: string | undefined): T[] {
  if (shard === undefined) return [...items];
  const match = /^([1-9]\d{0,5})\/([1-9]\d{0,5})$/.exec(shard);
  const [index, count] = match === null ? [0, 0] : [Number(match[1]), Number(match[2])];
  if (index === 0 || index > count) {
    throw new ConfigError(`The shard ${JSON.stringify(shard)} is not of the form i/n with i from 1 to n.`, {
      hint: 'For the second of four machines: --shard 2/4',
    });
  }
  return items.filter((_item, at) => at % count === index - 1);
}

/** The items whose id is not done yet, in order. */
export function pending<T extends { id: string }>(items: readonly T[], doneIds: Iterable<string>): T[] {
  const done = new Set(doneIds);
  return items.filter((item) => !done.has(item.id));
}
