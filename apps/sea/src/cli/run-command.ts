import { commandRunner } from '@sea-align/core';

export type { CommandContext, CommonOptions } from '@sea-align/core';

/** Runs a command of `sea`. */
export const runCommand = commandRunner('sea');
