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
  return [
    '# Performance\n',
    'Written by `npm run bench -- --markdown docs/performance.md`. Compare ratios, not times: those depend on the machine.\n',
    measured(machine, date),
    ...reports.map((report) => section(report)),
  ].join('\n');
}

/** The page with the sections of these reports put in place of the old ones, or before the log; each says when it was measured. */
export function updatedPage(
  page: string,
  reports: readonly BenchReport[],
  machine: Machine,
  date: string,
): string {
  return reports.reduce((text, report) => {
    const [head, ...sections] = text.trimEnd().split(/\n(?=## )/);
    const fresh = section(report, measured(machine, date)).trimEnd();
    const at = sections.findIndex((old) => old.startsWith(`## ${report.title}\n`));
    const log = sections.findIndex((old) => old.startsWith('## Log'));
    if (at >= 0) sections[at] = fresh;
    else sections.splice(log >= 0 ? log : sections.length, 0, fresh);
    return `${[head.trimEnd(), ...sections.map((each) => each.trimEnd())].join('\n\n')}\n`;
  }, page);
}

function section(report: BenchReport, when?: string): string {
  const parts = [`## ${report.title}\n`, report.how, '', markdownTable(report.columns, report.rows), ''];
  if (when !== undefined) parts.splice(1, 0, when);
  return parts.join('\n');
}

function measured(machine: Machine, date: string): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return (
    `Measured ${date} on ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform}; ` +
    `Node ${machine.node}, ${versions.join(', ')}.\n`
  );
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
