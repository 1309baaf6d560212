import { describeError, errorAsJson, exitCodeOf } from './describe-error.js';
import { printable } from './printable.js';
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
/** Signals closer together than this are one interruption. */
const sameInterruptMs = 500;

/** Whether `error` is the interrupt itself, not a fault that came up while stopping. */
function isInterrupt(error: unknown, signal: AbortSignal): boolean {
  return (
    signal.aborted && (error === signal.reason || (error instanceof Error && error.name === 'AbortError'))
  );
}

/** Runs one command of a program. */
export type CommandRunner = (
  options: CommonOptions,
  command: (context: CommandContext) => Promise<unknown>,
) => Promise<void>;

/**
 * How `program` runs a command: draws progress, stops on Ctrl-C so that the run can be resumed (a second Ctrl-C ends at
 * once), prints the result as JSON with `--json`, turns errors into one message and an exit code (2: wrong input; 1:
 * anything else).
 */
export function commandRunner(program: string): CommandRunner {
  return async (options, command) => {
    const progress = createTerminalProgress();
    const interrupt = new AbortController();
    let interruptedAt = 0;
    const onInterrupt = () => {
      if (interrupt.signal.aborted) {
        // One Ctrl-C can arrive twice: from the terminal, which signals the whole group, and from a parent that passes it on.
        if (performance.now() - interruptedAt > sameInterruptMs) process.exit(interruptedExitCode);
        return;
      }
      interruptedAt = performance.now();
      progress.finish();
      process.stderr.write(
        `${program}: stopping… (again to end at once) — the run can be continued with --resume\n`,
      );
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
          process.stdout.write(`${printable(text)}\n`);
        },
      });
      progress.finish();
      if (options.json && result !== undefined) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    } catch (error) {
      progress.finish();
      if (isInterrupt(error, interrupt.signal)) {
        process.exitCode = interruptedExitCode;
        return;
      }
      if (options.json) process.stdout.write(`${JSON.stringify(errorAsJson(error))}\n`);
      process.stderr.write(describeError(program, error, options.debug ?? false));
      process.exitCode = exitCodeOf(error);
    } finally {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onInterrupt);
    }
  };
}
