import { wilsonInterval } from '../interval.js';
import type { Proportion } from './result.js';

/** `count` of `total` with its 95 % Wilson interval. Throws RangeError for counts that are no proportion. */
export function proportion(count: number, total: number): Proportion {
  const { low, high } = wilsonInterval(count, total);
  return { count, total, rate: total === 0 ? null : count / total, low, high };
}
