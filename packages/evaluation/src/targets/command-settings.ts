import { readFileSync, statSync } from 'node:fs';
import { errnoOf, sha256 } from '@sea-align/core';
import { z } from 'zod';

/** What command target and command judge have in common. */
export interface CommandSettings {
  /** Program and arguments; no shell. */
  readonly command: readonly string[];
  /** Milliseconds for one request; the command is then killed (default 300 000). */
  readonly timeoutMs?: number;
  /** Output of one request; a command that writes more is killed (default 4 MiB). */
  readonly maxOutputBytes?: number;
  /** Commands at once (default 1). */
  readonly concurrency?: number;
}

export const commandFields = {
  command: z
    .array(z.string())
    .min(1)
    .refine(([program]) => program !== '', 'must begin with the name of a program')
    .refine((words) => words.every((word) => !word.includes('\0')), 'must hold no NUL'),
  timeoutMs: z.number().min(1).max(86_400_000).default(300_000),
  maxOutputBytes: z
    .int()
    .min(1)
    .max(2 ** 30)
    .default(4 * 2 ** 20),
  concurrency: z.int().min(1).max(256).default(1),
};

/** Larger files among the arguments are data or weights, not scripts. */
const largestScript = 2 ** 20;

/** Hashes of the scripts among a command's words, by their place: a judge that was edited is another judge. */
export function scriptHashes(command: readonly string[]): (string | null)[] {
  return command.map((word) => {
    try {
      const info = statSync(word);
      return info.isFile() && info.size <= largestScript ? sha256(readFileSync(word)) : null;
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return null;
    }
  });
}
