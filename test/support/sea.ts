import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

export const workspaceRoot = fileURLToPath(new URL('../..', import.meta.url));
const bin = path.join(workspaceRoot, 'apps/sea/src/bin.ts');

export interface SeaOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** Longest time in milliseconds; then the process is killed and the test fails. */
  readonly timeout?: number;
  /** Words before the command: a wrapper such as `unshare`. */
  readonly wrapper?: readonly string[];
}

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningSea {
  readonly child: ChildProcess;
  /** What it has written to standard error so far. */
  stderr(): string;
  readonly done: Promise<Finished>;
}

/** The words that run `sea` from source. */
export const seaCommand: readonly string[] = [
  process.execPath,
  '--conditions=@sea-align/source',
  '--import',
  import.meta.resolve('tsx'),
  bin,
];

/** Starts `sea` as a child process, as a user would. */
export function startSea(args: readonly string[], options: SeaOptions = {}): RunningSea {
  const { cwd, env, timeout = 180_000, wrapper = [] } = options;
  const [command, ...rest] = [...wrapper, ...seaCommand, ...args];
  const child = spawn(command, rest, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const done = new Promise<Finished>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`sea ${args.join(' ')} did not end within ${timeout} ms:\n${stdout}\n${stderr}`));
    }, timeout);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stdout, stderr });
    });
  });
  return { child, stderr: () => stderr, done };
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
