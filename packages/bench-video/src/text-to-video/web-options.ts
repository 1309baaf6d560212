import { ConfigError } from '@sea-align/core';
import { z } from 'zod';

/** Limits of talking to a video server. */
export interface WebOptions {
  /** Milliseconds for one reply, whole body included (default 120 000). */
  requestTimeoutMs?: number;
  /** Milliseconds for a whole clip: asking, waiting for the job, fetching (default 1 800 000, half an hour). */
  jobTimeoutMs?: number;
  /** Milliseconds between two looks at a job (default 2000). */
  pollMs?: number;
  /** How often one request is sent again after 408, 429, 5xx or a broken connection (default 4). */
  retries?: number;
  /** Milliseconds before the first retry, doubled for each further one (default 1000) … */
  retryDelayMs?: number;
  /** … up to this; a server that asks for a longer wait is an error (default 60 000). */
  maxRetryDelayMs?: number;
  /** Largest video accepted, in bytes (default 256 MiB). */
  maxBytes?: number;
}

export const webOptionsShape = {
  requestTimeoutMs: z.number().min(1).max(3_600_000).default(120_000),
  jobTimeoutMs: z.number().min(1).max(86_400_000).default(1_800_000),
  pollMs: z.number().min(1).max(600_000).default(2000),
  retries: z.int().min(0).max(50).default(4),
  retryDelayMs: z.number().min(0).default(1000),
  maxRetryDelayMs: z.number().min(0).default(60_000),
  maxBytes: z
    .int()
    .min(1)
    .max(8 * 2 ** 30)
    .default(256 * 2 ** 20),
};

export type CheckedWebOptions = Required<WebOptions>;

/** What a clip costs, for estimates; only what the user states is counted. */
export interface CostOptions {
  /** Seconds one clip takes on the server. */
  secondsPerClip?: number;
  /** Price of one clip, from the provider's list. */
  pricePerClip?: { amount: number; currency?: string };
}

export const costOptionsShape = {
  secondsPerClip: z.number().min(0).optional(),
  pricePerClip: z
    .strictObject({ amount: z.number().min(0), currency: z.string().min(1).default('USD') })
    .optional(),
};

/** Upper case only: a key pasted here by mistake is then refused, and never shown. */
export const keyVariable = z
  .string()
  .regex(/^[A-Z_][A-Z0-9_]*$/, 'must be the NAME of an environment variable in capitals, not the key itself');

/** An address of a server, without credentials. */
export const serverUrl = z
  .url({ protocol: /^https?$/ })
  .refine((text) => !URL.canParse(text) || (new URL(text).username === '' && new URL(text).password === ''), {
    message: 'must hold no user name or password; keys belong in the environment variable',
    abort: true,
  });

/** Reads a key. Throws ConfigError that names the variable, never its value. */
export function readKey(variable: string, whose: string): string {
  const key = process.env[variable]?.trim() ?? '';
  // Node's own message for a header that it refuses would show the value.
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  const fault = key === '' ? 'is not set; it must hold' : 'holds characters that no key has; it must hold';
  throw new ConfigError(`The environment variable ${variable} ${fault} the key of ${whose}.`, {
    code: 'SEA_VIDEO_NO_KEY',
    hint: `export ${variable}=…`,
  });
}
