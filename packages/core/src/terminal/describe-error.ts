import { SeaError } from '../errors/sea-error.js';
import { printable } from './printable.js';

/** Says, as `program`, what is wrong and what to do; stack traces only with `debug`. */
export function describeError(program: string, error: unknown, debug: boolean): string {
  const indent = ' '.repeat(program.length + 2);
  const foreseen = SeaError.isInstance(error);
  const lines = [`${program}: ${error instanceof Error ? error.message : String(error)}`];
  if (foreseen && error.hint) lines.push(`${indent}${error.hint}`);
  if (!foreseen && !debug) {
    lines.push(`${indent}This is not a fault we foresaw: run again with --debug for the stack trace.`);
  }
  if (debug) {
    for (let each = error; each instanceof Error; each = each.cause) lines.push(each.stack ?? '');
  }
  return `${printable(lines.join('\n'))}\n`;
}

/** 2: the input or the command is at fault; 1: anything else. */
export function exitCodeOf(error: unknown): 1 | 2 {
  return SeaError.isInstance(error) ? error.exitCode : 1;
}

/** An error as `--json` shows it. */
export function errorAsJson(error: unknown) {
  const message = error instanceof Error ? error.message : String(error);
  if (!SeaError.isInstance(error)) return { error: { code: 'SEA_UNEXPECTED', message } };
  return { error: { code: error.code, message, ...(error.hint !== undefined && { hint: error.hint }) } };
}
