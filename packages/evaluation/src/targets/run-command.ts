import { spawn, type ChildProcess } from 'node:child_process';
import { basename } from 'node:path';
import { ConfigError, errnoOf, SeaError } from '@sea-align/core';

/** Code of the SeaError of a command that failed on one input; the next may well succeed. */
export const commandFailed = 'SEA_COMMAND_FAILED';

/** How much of a command's error output is kept: its end, where the reason stands. */
const stderrKept = 2000;
/** A process that the command left behind may hold its output open; how long it is listened to. */
const afterExitMs = 1000;

/** Children that still run: none may outlive this process. */
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export interface CommandOptions {
  /** The command is killed after so many milliseconds. */
  readonly timeoutMs: number;
  /** The command is killed when it writes more. */
  readonly maxOutputBytes: number;
  readonly signal?: AbortSignal;
}

/**
 * Runs a program without a shell, writes `input` to it and gives what it wrote.
 * @param command program and arguments
 * @throws SeaError with code `commandFailed` for a non-zero exit, too much output, no end in time; ConfigError where the
 * program cannot be started; the reason of `signal`
 */
export function runCommand(
  command: readonly string[],
  input: string,
  options: CommandOptions,
): Promise<string> {
  const { timeoutMs, maxOutputBytes, signal } = options;
  signal?.throwIfAborted();
  const [program, ...rest] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { stdio: 'pipe', windowsHide: true });
    running.add(child);
    const output: Buffer[] = [];
    let [bytes, stderr] = [0, ''];
    let killed: Error | undefined;
    let drain: NodeJS.Timeout | undefined;
    const kill = (reason: Error): void => {
      killed ??= reason;
      child.kill('SIGKILL');
      // Unread output would keep the child from closing.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const timer = setTimeout(
      () => kill(failed(program, `did not end within ${timeoutMs / 1000} s`, 'Raise timeoutMs.')),
      timeoutMs,
    );
    const abort = (): void => kill(signal?.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    const settle = (outcome: () => void): void => {
      clearTimeout(timer);
      clearTimeout(drain);
      signal?.removeEventListener('abort', abort);
      running.delete(child);
      outcome();
    };
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxOutputBytes) kill(failed(program, `wrote more than ${maxOutputBytes} bytes`));
      else output.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-stderrKept);
    });
    child.stdin.on('error', () => undefined); // a command that does not read its input
    child.stdin.end(input);
    child.once('error', (error) => {
      if (child.pid === undefined) settle(() => reject(startError(program, error)));
    });
    child.once('exit', () => {
      drain = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, afterExitMs);
    });
    child.once('close', (code, by) =>
      settle(() => {
        if (signal?.aborted === true) reject(signal.reason as Error);
        else if (killed !== undefined) reject(killed);
        else if (code === 0) resolve(Buffer.concat(output).toString('utf8'));
        else reject(failed(program, `ended with ${code === null ? by : `exit code ${code}`}${said(stderr)}`));
      }),
    );
  });
}

/** Program and arguments for manifests: no folders of this machine. */
export function describeCommand(command: readonly string[]): string[] {
  return command.map((word, at) => (at === 0 ? basename(word) : word));
}

/** The end of what a command said, on one line; control characters out. */
function said(stderr: string): string {
  const line = stderr
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(-300);
  return line === '' ? '' : ` and said: ${line}`;
}

function failed(program: string, what: string, hint?: string): SeaError {
  return new SeaError(`The command ${basename(program)} ${what}.`, { code: commandFailed, hint });
}

function startError(program: string, error: Error): ConfigError {
  if (errnoOf(error) === 'ENOENT') {
    return new ConfigError(`The command ${program} was not found.`, {
      hint: 'Install it, or give its full path.',
      cause: error,
    });
  }
  return new ConfigError(`The command ${program} cannot be started (${errnoOf(error) ?? error.message}).`, {
    cause: error,
  });
}
