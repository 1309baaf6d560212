import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RunFolderError, writeFileAtomic, type EmbeddingRecord } from '@sea-align/core';
import { z } from 'zod';
import type { StopReason } from './convergence.js';

/** Written when the last embedding is done: its presence says that the folder is complete. */
export const summaryFile = 'summary.json';

const summarySchema = z.object({
  format: z.literal('sea-embeddings/1'),
  /** Hash of the model the embeddings belong to. */
  model: z.string(),
  /** [rows, width] of every embedding. */
  shape: z.tuple([z.int(), z.int()]),
  total: z.int(),
  verified: z.int(),
  stopped: z.object({ converged: z.int(), 'max-steps': z.int(), diverged: z.int() }),
  /** Those that were not kept, each with the reason. */
  rejected: z.array(z.object({ id: z.string(), reason: z.string() })),
  meanSteps: z.number(),
  /** Embeddings made by the session that finished the folder, and how long it took, verification included. */
  session: z.object({ embeddings: z.int(), seconds: z.number(), secondsPerEmbedding: z.number() }),
});

/** What came out of embedding optimisation. */
export type OptimizeSummary = z.output<typeof summarySchema>;

export interface SummaryContext {
  model: string;
  shape: readonly [rows: number, width: number];
  session: { embeddings: number; seconds: number };
}

export function summarise(records: readonly EmbeddingRecord[], context: SummaryContext): OptimizeSummary {
  const ended = (reason: StopReason) => records.filter((record) => record.stopped === reason).length;
  const { embeddings, seconds } = context.session;
  return {
    format: 'sea-embeddings/1',
    model: context.model,
    shape: [...context.shape],
    total: records.length,
    verified: records.filter((record) => record.verified).length,
    stopped: { converged: ended('converged'), 'max-steps': ended('max-steps'), diverged: ended('diverged') },
    rejected: records
      .filter((record) => !record.verified)
      .map((record) => ({ id: record.id, reason: record.reason ?? 'not verified' })),
    meanSteps: records.reduce((sum, record) => sum + record.steps, 0) / Math.max(1, records.length),
    session: { embeddings, seconds, secondsPerEmbedding: seconds / Math.max(1, embeddings) },
  };
}

export async function writeSummary(folder: string, summary: OptimizeSummary): Promise<void> {
  await writeFileAtomic(join(folder, summaryFile), `${JSON.stringify(summary, null, 2)}\n`);
}

/**
 * The summary of a finished folder, undefined if it is not finished.
 * @throws RunFolderError if the file is no summary
 */
export async function readSummary(folder: string): Promise<OptimizeSummary | undefined> {
  const path = join(folder, summaryFile);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
  try {
    return summarySchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new RunFolderError(`${path} is not a summary of embedding optimisation.`, {
      hint: 'Delete it and run the stage again with --resume.',
      cause,
    });
  }
}
