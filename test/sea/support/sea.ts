import {
  sourceCommand,
  startProgram,
  type Finished,
  type ProgramOptions,
  type RunningProgram,
} from '@sea-align/e2e-support';

export { workspaceRoot, type Finished } from '@sea-align/e2e-support';
export type SeaOptions = ProgramOptions;
export type RunningSea = RunningProgram;

/** The words that run `sea` from source. */
export const seaCommand = sourceCommand('apps/sea/src/bin.ts');

/** Starts `sea` as a child process, as a user would. */
export function startSea(args: readonly string[], options?: SeaOptions): RunningSea {
  return startProgram(seaCommand, args, options);
}

/** Runs `sea` to its end. */
export function sea(args: readonly string[], options?: SeaOptions): Promise<Finished> {
  return startSea(args, options).done;
}

/** Runs `sea`, which must succeed; with `--json` in `args`, gives the parsed result. */
export async function seaResult<T>(args: readonly string[], options?: SeaOptions): Promise<T> {
  const { code, stdout, stderr } = await sea([...args, '--json'], options);
  if (code !== 0) throw new Error(`sea ${args.join(' ')} ended with ${code}:\n${stdout}\n${stderr}`);
  return JSON.parse(stdout) as T;
}
