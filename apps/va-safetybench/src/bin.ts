#!/usr/bin/env node
import { describeError } from '@sea-align/core';
import { CommanderError } from 'commander';
import { createProgram } from './cli/program.js';
import { appVersion } from './versions.js';

/** A reader that has seen enough (`va-safetybench verify … | head -1`) closes the pipe: that is no fault. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

/** What no command has caught, from timers and streams of libraries: one message, as for any other error. */
process.on('uncaughtException', (error) => {
  process.stderr.write(describeError('va-safetybench', error, process.argv.includes('--debug')));
  process.exit(1);
});

try {
  await createProgram(appVersion).parseAsync(process.argv);
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has printed its message already; `--help` and `--version` are no errors.
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
