import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { Finished } from './program.js';

/** The message of a command that must have been refused: everything from `sea: ` or `va-safetybench: ` on, without progress lines. */
export function messageOf({ stderr }: Finished): string {
  const start = stderr.search(/^(sea|va-safetybench|error): /m);
  return start < 0 ? '' : stderr.slice(start);
}

/**
 * Checks that a command ended with `code` and one clear message: each of `says` is in it, no stack trace, no result on
 * standard output.
 */
export function expectRefused(result: Finished, code: 1 | 2, ...says: (string | RegExp)[]): void {
  const message = messageOf(result);
  expect(message, result.stderr).not.toBe('');
  for (const part of says) expect(message).toMatch(part);
  expect(message.match(/^(sea|va-safetybench|error): /gm), message).toHaveLength(1);
  expect(message).not.toMatch(/^\s+at /m);
  expect(message).not.toContain('not a fault we foresaw');
  expect(result.stdout).toMatch(/^(Engine: .*\n)?$/);
  expect(result.code).toBe(code);
}

/** All files below a folder, relative and sorted; none if there is no such folder. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}
