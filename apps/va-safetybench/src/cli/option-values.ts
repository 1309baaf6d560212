import { type Command, InvalidArgumentError } from 'commander';

/** 0, 1, 2, … */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0 || text.trim() === '')
    throw new InvalidArgumentError('must be a whole number, 0 or more');
  return value;
}

/** 1, 2, 3, … */
export function positiveNumber(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError('must be at least 1');
  return value;
}

/** A number that is not negative. */
export function number(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0 || text.trim() === '')
    throw new InvalidArgumentError('must be a number, 0 or more');
  return value;
}

/** A number above 0. */
export function aboveZero(text: string): number {
  const value = number(text);
  if (value === 0) throw new InvalidArgumentError('must be above 0');
  return value;
}

/** Words with commas between them. */
export const list = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
/** For options that may be given several times. */
export const repeatable = (value: string, before: string[]) => [...before, value];

/** Options that every command has. */
export function withCommon(command: Command): Command {
  return command
    .option('--json', 'print the result as JSON on standard output')
    .option('--debug', 'show stack traces of errors');
}
