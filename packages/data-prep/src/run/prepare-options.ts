import { z } from 'zod';
import type { ChatClient, ChatEstimate } from '@sea-align/chat';
import { ConfigError, parseConfig, type PhraseKind, type ProgressListener, type Rng } from '@sea-align/core';
import { datasetFormats, type DatasetFormat } from '../dataset/dataset-formats.js';
import { defaultLimits, type LengthLimits } from '../dataset/screen-row.js';
import type { PhraseExtractor, RejectionCode } from '../extraction/extraction.js';
import { createLlmExtractor } from '../extraction/llm-extractor.js';
import { habitsSchema, type Habits } from '../habits/habits.js';
import type { OutputFiles } from './output-files.js';

export interface PrepareOptions {
  /** The dataset: a JSONL file, or a JSON file that holds one array. */
  input: string;
  /** Default `auto`: by the fields of the first row. */
  format?: DatasetFormat | 'auto';
  /** Output folder; made if missing. */
  out: string;
  /** Finds the phrases. Give this or `chat`. */
  extractor?: PhraseExtractor;
  /** A language model for finding the phrases; short for `createLlmExtractor({ chat })`. */
  chat?: ChatClient;
  /** How the target model speaks: from `probeTargetModel`, or `defaultHabits`. */
  habits: Habits;
  /** Draws the styles, a fork per row: the same seed gives the same samples in whatever order rows are done. */
  rng: Rng;
  /** Style samples per row, default 1. */
  stylesPerSample?: number;
  /** What rows are that do not say (`harmful` in our own format). Default true: the input is a safety dataset. */
  harmful?: boolean;
  /** Longest texts taken, in characters. Default 2000 for an instruction, 8000 for a response. */
  limits?: Partial<LengthLimits>;
  /** Prepare only the first rows of the shard (of the dataset, if there is none). */
  limit?: number;
  /** `i/n`: only every n-th row, from the i-th on. */
  shard?: string;
  /** Rows worked on at a time, default 32. A chat client has its own, lower limit of requests. */
  concurrency?: number;
  /** Check the dataset and estimate what it would cost; write nothing. */
  dryRun?: boolean;
  /** For a dry run before the model was asked for its habits: `habits` stand in, so rows made with others are no conflict. */
  habitsStandIn?: boolean;
  /** Forget what was prepared in `out` before. */
  force?: boolean;
  onProgress?: ProgressListener;
  /** Stops taking rows; what is done stays done. */
  signal?: AbortSignal;
}

/** What a run found and wrote; JSON-able, for the manifest. */
export interface PrepareSummary {
  input: { path: string; sha256: string; format: DatasetFormat; rows: number };
  extractor: string;
  habits: Habits;
  /** Rows of this shard and limit. */
  selected: number;
  /** Of them done by an earlier run. */
  alreadyDone: number;
  prepared: number;
  rejected: number;
  rejectedBy: Partial<Record<RejectionCode, number>>;
  kinds: Record<PhraseKind, number>;
  harmful: number;
  /** Absent in a dry run. `joined`: once all shards are done. */
  files?: OutputFiles & { joined?: { prepared: string; rejected: string } };
  /** Only in a dry run: what the extractor would spend, undefined where it costs nothing. */
  estimate?: ChatEstimate;
  dryRun: boolean;
}

const positive = z.int().min(1);
const optionsSchema = z
  .object({
    format: z.enum([...datasetFormats, 'auto']).default('auto'),
    habits: habitsSchema,
    stylesPerSample: z.int().min(0).default(1),
    limits: z
      .strictObject({
        instruction: positive.default(defaultLimits.instruction),
        response: positive.default(defaultLimits.response),
      })
      .default(defaultLimits),
    limit: positive.optional(),
    concurrency: positive.max(1000).default(32),
  })
  .refine(({ stylesPerSample, habits }) => stylesPerSample <= habits.style.styles.length, {
    path: ['stylesPerSample'],
    message: 'is more than the habits have styles',
  });

/** The options with their defaults. @throws ConfigError listing every fault. */
export function checkedOptions(options: PrepareOptions) {
  const checked = parseConfig(optionsSchema, options, 'The options of data preparation');
  const { extractor, chat, harmful = true, dryRun = false } = options;
  if (extractor === undefined && chat === undefined) {
    throw new ConfigError('Data preparation needs an extractor or a chat client.', {
      hint: 'Without a language model: createOfflineExtractor().',
    });
  }
  if (extractor !== undefined && chat !== undefined) {
    throw new ConfigError('Data preparation takes an extractor or a chat client, not both.');
  }
  const chosen = extractor ?? createLlmExtractor({ chat: chat as ChatClient });
  return { ...options, ...checked, extractor: chosen, harmful, dryRun };
}
