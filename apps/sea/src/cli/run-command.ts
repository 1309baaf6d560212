import { SeaError } from '@sea-align/core';
import { createTerminalProgress, type TerminalProgress } from './terminal-progress.js';

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** What a command is given besides its options. */
export interface CommandContext {
  readonly progress: TerminalProgress;
  /** Aborted by the first Ctrl-C: finish what is being written, then stop. */
  readonly signal: AbortSignal;
  /** Prints a line for people; silent with `--json`. */
  say(text: string): void;
}

/** Exit code after Ctrl-C, as shells expect it: 128 + SIGINT. */
const interruptedExitCode = 130;

/** Says what is wrong and what to do; a stack trace only on request. */
export function describeError(error: unknown, debug: boolean): string {
  const lines: string[] = [];
  if (SeaError.isInstance(error)) {
    lines.push(`sea: ${error.message}`);
    if (error.hint) lines.push(`     ${error.hint}`);
  } else {
    lines.push(`sea: ${error instanceof Error ? error.message : String(error)}`);
    if (!debug)
      lines.push('     This is not a fault we foresaw: run again with --debug for the stack trace.');
  }
  if (debug && error instanceof Error) lines.push(error.stack ?? '');
  if (debug && error instanceof Error && error.cause instanceof Error) lines.push(error.cause.stack ?? '');
  return `${lines.join('\n')}\n`;
}

/**
 * Runs a command: draws progress, stops on Ctrl-C so that the run can be resumed (a second Ctrl-C ends at once), prints
 * the result as JSON with `--json`, turns errors into one message and an exit code (2: wrong input; 1: anything else).
 */
export async function runCommand(
  options: CommonOptions,
  command: (context: CommandContext) => Promise<unknown>,
): Promise<void> {
  const progress = createTerminalProgress();
  const interrupt = new AbortController();
  const onInterrupt = () => {
    if (interrupt.signal.aborted) process.exit(interruptedExitCode);
    progress.finish();
    process.stderr.write('sea: stopping… (again to end at once) — the run can be continued with --resume\n');
    interrupt.abort();
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  try {
    const result = await command({
      progress,
      signal: interrupt.signal,
      say: (text) => {
        if (options.json) return;
        progress.finish();
        process.stdout.write(`${text}\n`);
      },
    });
    progress.finish();
    if (options.json && result !== undefined) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  } catch (error) {
    progress.finish();
    if (interrupt.signal.aborted) {
      process.exitCode = interruptedExitCode;
      return;
    }
    if (options.json) {
      const message = error instanceof Error ? error.message : String(error);
      const code = SeaError.isInstance(error) ? error.code : 'SEA_UNEXPECTED';
      process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
    }
    process.stderr.write(describeError(error, options.debug ?? false));
    process.exitCode = SeaError.isInstance(error) ? error.exitCode : 1;
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
  }
}
