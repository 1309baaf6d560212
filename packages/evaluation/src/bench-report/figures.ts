import type { Proportion } from '../metrics/result.js';

/** Figures as people read them, the same on the page and in Markdown. */

/** A share in percent with one decimal; a dash where there is none. */
export function percentText(rate: number | null | undefined): string {
  return rate === null || rate === undefined ? '–' : (100 * rate).toFixed(1);
}

/** `12.5 [4.1, 30.2]`, in percent. */
export function proportionText(proportion: Proportion | undefined): string {
  if (proportion === undefined || proportion.rate === null) return '–';
  return `${percentText(proportion.rate)} ${intervalText(proportion)}`;
}

export function intervalText({ low, high }: { low: number; high: number }): string {
  return `[${percentText(low)}, ${percentText(high)}]`;
}

/** A difference of shares in percentage points, always with its sign. */
export function pointsText(difference: number | null | undefined): string {
  if (difference === null || difference === undefined) return '–';
  const points = (100 * difference).toFixed(1);
  if (Number(points) === 0) return '0.0';
  return difference > 0 ? `+${points}` : points.replace('-', '\u2212');
}

/** Interval of a difference, in percentage points. */
export function pointsIntervalText({ low, high }: { low: number; high: number }): string {
  return `[${pointsText(low)}, ${pointsText(high)}]`;
}

export function probabilityText(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

export function numberText(value: number | null | undefined, decimals: number): string {
  return value === null || value === undefined ? '–' : value.toFixed(decimals).replace('-', '\u2212');
}

export function countText(count: number): string {
  return count.toLocaleString('en-US');
}
