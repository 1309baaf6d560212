import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

import { DiskError, MediaError, type SeaError } from '@sea-align/core';

/** How much of a tool's error output is kept: its end, where the reason stands. */
const stderrKept = 4096;

/** Children that still run: none may outlive this process. */
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** How a tool ended. `stderr` is the end of its error output. */
export interface ToolExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** The tool could not be started: the system's reason. */
  readonly startError?: Error;
}

/** A running ffmpeg or ffprobe, spoken to by streams. Always await `exited` or `kill`. */
export interface ToolProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly exited: Promise<ToolExit>;
  /** Writes to its input and waits until there is room for more; false once it takes no more. */
  feed(data: Uint8Array): Promise<boolean>;
  /** Ends it at once and waits until it is gone. */
  kill(): Promise<ToolExit>;
}

/** Starts `tool` with an argument list (never a shell). An aborted `signal` kills it; the caller asks `signal` then. */
export function startTool(tool: string, args: readonly string[], signal?: AbortSignal): ToolProcess {
  signal?.throwIfAborted();
  const child = spawn(tool, args, { stdio: 'pipe', windowsHide: true });
  running.add(child);
  const kill = () => {
    child.kill('SIGKILL');
    // Unread output would keep the child from closing.
    child.stdout.destroy();
  };
  signal?.addEventListener('abort', kill);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-stderrKept);
  });
  // A tool that stops reading early breaks the pipe; its exit tells why.
  child.stdin.on('error', () => undefined);
  const exited = new Promise<ToolExit>((resolve) => {
    const settle = (exit: Omit<ToolExit, 'stderr'>) => {
      running.delete(child);
      signal?.removeEventListener('abort', kill);
      resolve({ ...exit, stderr: stderr.trim() });
    };
    child.on('error', (startError) => {
      if (child.pid === undefined) settle({ code: null, signal: null, startError });
    });
    child.on('close', (code, by) => settle({ code, signal: by }));
  });
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    exited,
    feed: async (data) => {
      if (!child.stdin.writable) return false;
      // The buffer is the caller's again afterwards, so wait until it has been handed over.
      return new Promise((resolve) => child.stdin.write(data, (error) => resolve(error == null)));
    },
    kill: async () => {
      kill();
      return exited;
    },
  };
}

/** Runs a tool to its end and collects what it says, at most `maxOutput` characters. */
export async function runTool(
  tool: string,
  args: readonly string[],
  options: { signal?: AbortSignal; maxOutput?: number } = {},
): Promise<ToolExit & { stdout: string }> {
  const { signal, maxOutput = 16 * 2 ** 20 } = options;
  const child = startTool(tool, args, signal);
  child.stdin.end();
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (stdout.length < maxOutput) stdout += text;
  });
  const exit = await child.exited;
  signal?.throwIfAborted();
  return { ...exit, stdout };
}

const diskFaults: readonly (readonly [pattern: RegExp, errno: string])[] = [
  [/No space left on device/, 'ENOSPC'],
  [/Disk quota exceeded/, 'EDQUOT'],
  [/File too large/, 'EFBIG'],
  [/Read-only file system/, 'EROFS'],
];

/** The error for a tool that failed: DiskError if it could not write `out`, else MediaError with its last words. */
export function toolFailure(what: string, exit: ToolExit, out?: string): SeaError {
  const errno =
    exit.signal === 'SIGXFSZ' ? 'EFBIG' : diskFaults.find(([pattern]) => pattern.test(exit.stderr))?.[1];
  if (out !== undefined && errno !== undefined) {
    const error = DiskError.from(Object.assign(new Error(exit.stderr), { code: errno }), out);
    if (DiskError.isInstance(error)) return error;
  }
  const ending = exit.signal === null ? `exit code ${exit.code}` : `killed by ${exit.signal}`;
  const reason = exit.startError?.message ?? lastWords(exit.stderr) ?? ending;
  return new MediaError(`${what}: ${reason}`, {
    details: { stderr: exit.stderr, exit: ending },
    cause: exit.startError,
  });
}

/** The last lines of an error output that fit in one message. */
function lastWords(stderr: string): string | undefined {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) => line.replace(/^\[[^\]]* @ 0x[0-9a-f]+\] /, '').trim())
    .filter((line) => line !== '' && line !== 'Conversion failed!');
  return lines.length === 0 ? undefined : [...new Set(lines)].slice(-3).join('; ').slice(-500);
}
