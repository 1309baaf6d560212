import { cpus, totalmem } from 'node:os';

/** What one benchmark found: a table for people, and the raw figures. */
export interface BenchReport {
  id: string;
  title: string;
  /** How it was measured, one paragraph. */
  how: string;
  columns: string[];
  rows: string[][];
  data: unknown;
}

export interface Machine {
  cpu: string;
  cores: number;
  memoryGiB: number;
  platform: string;
  node: string;
  versions: Record<string, string>;
}

export function describeMachine(versions: Record<string, string>): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    versions,
  };
}

/** A Markdown page of all reports, with the machine they were measured on. */
export function markdownPage(reports: readonly BenchReport[], machine: Machine, date: string): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const sections = reports.map(
    (report) => `## ${report.title}\n\n${report.how}\n\n${markdownTable(report.columns, report.rows)}\n`,
  );
  return [
    '# Performance\n',
    'Written by `npm run bench -- --markdown docs/performance.md`. Compare ratios, not times: those depend on the machine.\n',
    `Measured ${date} on ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform}; ` +
      `Node ${machine.node}, ${versions.join(', ')}.\n`,
    ...sections,
  ].join('\n');
}

/** The first column is text, the others are figures. */
export function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = `| ${columns.map((_, index) => (index === 0 ? '---' : '---:')).join(' | ')} |`;
  return [line(columns), rule, ...rows.map(line)].join('\n');
}

/** A figure with about three digits. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toPrecision(3);
}
