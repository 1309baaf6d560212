#!/usr/bin/env node
import { CommanderError } from 'commander';
import { createRequire } from 'node:module';
import { createProgram } from './cli/program.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

try {
  await createProgram(version).parseAsync(process.argv);
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has printed its message already; `--help` and `--version` are no errors.
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
