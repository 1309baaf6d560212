import { parseConfig } from '@sea-align/core';
import { z } from 'zod';

import type { TokenPrice } from './chat-client.js';

/** How the wanted form is told to the server. */
export const answerFormats = ['json_schema', 'json_object', 'prompt'] as const;
export type AnswerFormat = (typeof answerFormats)[number];

export interface OpenAIChatOptions {
  /** Any OpenAI-compatible server, usually ending in `/v1`. No user name, password or query in it. */
  baseURL?: string;
  /** Name of the environment variable that holds the key; leave it out for a server that wants none. */
  apiKeyEnv?: string;
  model: string;
  /** Folder of the answer cache; without it nothing is cached. */
  cacheDir?: string;
  /** How often one request is asked in all, when answers do not fit (default 3). */
  asks?: number;
  /** How often one ask is sent again after a fault of network or server (default 5). */
  retries?: number;
  /** Milliseconds before the first retry, doubled for each further one (default 500) … */
  retryDelayMs?: number;
  /** … up to this; a server that asks for a longer wait is an error (default 60 000). */
  maxRetryDelayMs?: number;
  /** Milliseconds for one reply, whole body included (default 120 000). */
  timeoutMs?: number;
  /** Requests under way at once (default 4). */
  concurrency?: number;
  /**
   * `auto` (default) sends a strict JSON schema and steps down to `json_object`, then to the prompt alone, where the
   * server refuses the parameter. Answers are checked here in every case.
   */
  answerFormat?: 'auto' | AnswerFormat;
  /** For the spend estimate; without it spend is reported as unknown. */
  price?: TokenPrice;
}

const baseURLSchema = z.url({ protocol: /^https?$/ }).refine(
  (text) => {
    if (!URL.canParse(text)) return true; // said already
    const url = new URL(text);
    return url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  },
  {
    message: 'must hold no user name, password or query; keys belong in the environment variable',
    abort: true,
  },
);

const optionsSchema = z.strictObject({
  baseURL: baseURLSchema.default('https://api.openai.com/v1'),
  // Upper case only: a key pasted here by mistake is then refused, and never shown.
  apiKeyEnv: z
    .string()
    .regex(
      /^[A-Z_][A-Z0-9_]*$/,
      'must be the NAME of an environment variable in capitals, not the key itself',
    )
    .optional(),
  model: z.string().min(1),
  cacheDir: z.string().min(1).optional(),
  asks: z.int().min(1).max(20).default(3),
  retries: z.int().min(0).max(50).default(5),
  retryDelayMs: z.number().min(0).default(500),
  maxRetryDelayMs: z.number().min(0).default(60_000),
  timeoutMs: z.number().min(1).max(3_600_000).default(120_000),
  concurrency: z.int().min(1).max(1000).default(4),
  answerFormat: z.enum(['auto', ...answerFormats]).default('auto'),
  price: z
    .strictObject({
      inputPerMillion: z.number().min(0),
      outputPerMillion: z.number().min(0),
      currency: z.string().min(1).default('USD'),
    })
    .optional(),
});

export type CheckedChatOptions = z.output<typeof optionsSchema>;

const onlyStructured = { cacheDir: true, asks: true, answerFormat: true } as const;
const textOptionsSchema = optionsSchema.omit(onlyStructured);

/** Options of a client for plain text: without those that it has no use for. */
export type TextChatOptions = Omit<OpenAIChatOptions, 'cacheDir' | 'asks' | 'answerFormat'>;
/** What concerns the server, whatever form the answers have. */
export type CheckedServerOptions = Omit<CheckedChatOptions, keyof typeof onlyStructured>;

/** Defaults filled in. Throws ConfigError with every fault, and for what plain text has no use for. */
export function checkTextChatOptions(options: TextChatOptions): CheckedServerOptions {
  return parseConfig(textOptionsSchema, options, 'chat options');
}

/** Defaults filled in. Throws ConfigError with every fault. */
export function checkChatOptions(options: OpenAIChatOptions): CheckedChatOptions {
  return parseConfig(optionsSchema, options, 'chat options');
}
