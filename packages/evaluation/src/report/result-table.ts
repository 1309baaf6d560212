import type { Rate } from '../rates.js';
import type { ReportData } from './report-data.js';

/** What a column of the result table counts, for its heading. */
const measureHeading = { attack: 'ASR', benign: 'over-refusal', accuracy: 'accuracy' } as const;

/** Percent with one decimal, or a dash where nothing was judged. */
export function percent(value: number): string {
  return Number.isNaN(value) ? '–' : `${(100 * value).toFixed(1)}`;
}

/** Conditions in the order in which they first appear, with what each measures. */
export function tableColumns(arms: ReportData['arms']): { condition: string; heading: string }[] {
  const columns = new Map<string, string>();
  for (const { rates } of arms) {
    for (const { condition, measure } of rates)
      columns.set(condition, `${condition}: ${measureHeading[measure]}`);
  }
  return [...columns].map(([condition, heading]) => ({ condition, heading }));
}

/** `rate [low, high]` in percent; errors are named when there are any. */
export function formatRate(rate: Rate | undefined): string {
  if (!rate) return '';
  const errors = rate.errors ? ` (${rate.errors} not judged)` : '';
  return `${percent(rate.rate)} [${percent(rate.low)}, ${percent(rate.high)}]${errors}`;
}

/** Result table as Markdown: an arm a row, a condition a column, percent with 95 % Wilson intervals. */
export function resultTableMarkdown(arms: ReportData['arms']): string {
  const columns = tableColumns(arms);
  const cell = (text: string) => text.replace(/[|\\]/g, '\\$&').replace(/\n/g, ' ');
  const lines = [
    ['arm', ...columns.map(({ heading }) => heading)],
    ['---', ...columns.map(() => '---')],
    ...arms.map(({ name, rates }) => [
      name,
      ...columns.map(({ condition }) => formatRate(rates.find((rate) => rate.condition === condition))),
    ]),
  ];
  return lines.map((line) => `| ${line.map(cell).join(' | ')} |`).join('\n') + '\n';
}

/** Result table for a terminal: columns padded, conditions listed below by letter so that it fits 100 columns. */
export function resultTableText(arms: ReportData['arms']): string {
  const columns = tableColumns(arms);
  const letters = columns.map((_, i) => String.fromCharCode(65 + i));
  const rows = arms.map(({ name, rates }) => [
    name,
    ...columns.map(({ condition }) =>
      percent(rates.find((rate) => rate.condition === condition)?.rate ?? Number.NaN),
    ),
  ]);
  const widths = ['arm', ...letters].map((head, i) =>
    Math.max(head.length, ...rows.map((row) => row[i].length)),
  );
  const line = (cells: readonly string[]) =>
    cells.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join('  ');
  return [
    line(['arm', ...letters]),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
    '',
    ...columns.map(({ heading }, i) => `${letters[i]}  ${heading} (%)`),
    '',
  ].join('\n');
}
