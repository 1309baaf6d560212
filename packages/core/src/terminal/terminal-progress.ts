import type { ProgressEvent, ProgressListener } from '../progress.js';
import { printable } from './printable.js';

/** Where progress is drawn: standard error, so that standard output stays clean for results and `--json`. */
export interface ProgressTerminal {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface TerminalProgress {
  readonly listener: ProgressListener;
  /** Ends the line being drawn, so that other output starts on a fresh one. */
  finish(): void;
}

/** Time between two drawings: on a terminal often enough to look alive, in a log seldom enough to read. */
const terminalIntervalMs = 100;
const logIntervalMs = 10_000;

/** `1:05`, `2:03:09`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = `${hours ? String(minutes).padStart(2, '0') : minutes}:${String(rest).padStart(2, '0')}`;
  return hours ? `${hours}:${tail}` : tail;
}

function formatMetric(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(3);
}

/** One line about a progress event: `align SEA SFT  40/100  ETA 0:12  loss 0.312`. */
export function formatProgress(event: ProgressEvent): string {
  const metrics = Object.entries(event.metrics ?? {}).map(
    ([name, value]) => `${name} ${formatMetric(value)}`,
  );
  const eta =
    event.etaSeconds === undefined || event.done >= event.total
      ? ''
      : `ETA ${formatDuration(event.etaSeconds)}`;
  return [event.stage, `${event.done}/${event.total}`, eta, ...metrics, event.message ?? '']
    .filter((part) => part !== '')
    .join('  ');
}

/** Draws progress on one line that is overwritten on a terminal, or as a line now and then in a log. */
export function createTerminalProgress(
  terminal: ProgressTerminal = process.stderr,
  now: () => number = () => performance.now(),
): TerminalProgress {
  let drawn = false;
  let stage: string | undefined;
  let lastAt = -Infinity;
  const interval = terminal.isTTY ? terminalIntervalMs : logIntervalMs;

  const finish = () => {
    if (drawn) terminal.write('\n');
    drawn = false;
  };
  return {
    finish,
    listener(event) {
      const changed = event.stage !== stage;
      const complete = event.done >= event.total;
      if (!changed && !complete && now() - lastAt < interval) return;
      if (changed && terminal.isTTY) finish();
      stage = event.stage;
      lastAt = now();
      const line = printable(formatProgress(event)).replaceAll('\n', ' ');
      if (!terminal.isTTY) {
        terminal.write(`${line}\n`);
        return;
      }
      terminal.write(`\r\u001b[2K${line.slice(0, (terminal.columns ?? 100) - 1)}`);
      drawn = true;
      if (complete) {
        finish();
        stage = undefined;
      }
    },
  };
}
