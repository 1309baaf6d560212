import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningProgram } from './program.js';

/** Lines in a file; 0 if there is none. */
export function linesIn(file: string): number {
  try {
    return readFileSync(file, 'utf8').split('\n').length - 1;
  } catch {
    return 0;
  }
}

/** Waits until `condition` holds while the process runs; false if it ended before. */
export async function holdsWhile({ child }: RunningProgram, condition: () => boolean): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null) {
    if (condition()) return true;
    await sleep(2);
  }
  return false;
}
