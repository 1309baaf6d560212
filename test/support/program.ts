import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

export const workspaceRoot = fileURLToPath(new URL('../..', import.meta.url));

export interface ProgramOptions {
  readonly cwd?: string;
  /** Added to the environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
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

export interface RunningProgram {
  readonly child: ChildProcess;
  /** What it has written to standard error so far. */
  stderr(): string;
  readonly done: Promise<Finished>;
}

/** The words that run an entry point of the workspace from source. */
export function sourceCommand(entry: string): readonly string[] {
  const tsx = import.meta.resolve('tsx');
  return [
    process.execPath,
    '--conditions=@sea-align/source',
    '--import',
    tsx,
    path.resolve(workspaceRoot, entry),
  ];
}

/** Starts a program of the workspace as a child process, as a user would. */
export function startProgram(
  program: readonly string[],
  args: readonly string[],
  options: ProgramOptions = {},
): RunningProgram {
  const { cwd, env, timeout = 180_000, wrapper = [] } = options;
  const [command, ...rest] = [...wrapper, ...program, ...args];
  const child = spawn(command, rest, {
    cwd,
    // Inside `npm test` colours are forced, which would win.
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const done = new Promise<Finished>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${args.join(' ')} did not end within ${timeout} ms:\n${stdout}\n${stderr}`));
    }, timeout);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stdout, stderr });
    });
  });
  return { child, stderr: () => stderr, done };
}
