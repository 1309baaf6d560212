import { sourceCommand, startProgram, type Finished } from '@sea-align/e2e-support';

/** Runs `va-safetybench report` from source, as a user would. */
export function report(...args: readonly string[]): Promise<Finished> {
  return startProgram(sourceCommand('apps/va-safetybench/src/bin.ts'), ['report', ...args]).done;
}
