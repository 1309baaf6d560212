import { z } from 'zod';
import {
  canonicalJson,
  JsonlLog,
  preparedSampleSchema,
  rejectedRowSchema,
  RunFolderError,
  sha256,
  type PreparedSample,
  type RejectedRow,
} from '@sea-align/core';
import type { RejectionCode } from '../extraction/extraction.js';

/** What a row became. */
export type Outcome =
  | { type: 'prepared'; line: number; sample: PreparedSample }
  | { type: 'rejected'; line: number; code: RejectionCode; row: RejectedRow };

/** Everything that changes the results; each part by its hash or in plain words. */
export type PrepareSettings = Record<string, string | number>;

type Entry = { type: 'settings'; settings: PrepareSettings } | Outcome;

const line = z.int().min(1);
const entrySchema: z.ZodType<Entry> = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('settings'),
    settings: z.record(z.string(), z.union([z.string(), z.number()])),
  }),
  z.strictObject({ type: z.literal('prepared'), line, sample: preparedSampleSchema }),
  z.strictObject({
    type: z.literal('rejected'),
    line,
    code: z.string().transform((code) => code as RejectionCode),
    row: rejectedRowSchema,
  }),
]);

/** A short name for a value that is too long to compare by eye. */
export const fingerprint = (value: unknown): string => sha256(canonicalJson(value)).slice(0, 16);

export const outcomeId = (outcome: Outcome) =>
  outcome.type === 'prepared' ? outcome.sample.id : outcome.row.id;

/**
 * The rows that are done, in the order in which they were; survives a kill at any byte. Its first line holds the settings,
 * so that rows made under other settings are never mixed in.
 */
export class PrepareLog {
  private constructor(
    private readonly log: JsonlLog<Entry>,
    readonly outcomes: Map<string, Outcome>,
  ) {}

  /** @throws RunFolderError naming the settings that differ from those the log was begun with. */
  static async open(path: string, settings: PrepareSettings): Promise<PrepareLog> {
    const log = await JsonlLog.open<Entry>(path, entrySchema);
    try {
      const [first, ...rest] = log.entries;
      if (first === undefined) await log.append({ type: 'settings', settings });
      else if (first.type !== 'settings')
        throw new RunFolderError(`${path} does not begin with its settings.`, foreign);
      else {
        const keys = new Set([...Object.keys(first.settings), ...Object.keys(settings)]);
        const changed = [...keys].filter((key) => first.settings[key] !== settings[key]);
        if (changed.length > 0) {
          throw new RunFolderError(`${path} was begun with other settings (${changed.join(', ')}).`, {
            ...foreign,
            details: { before: first.settings, now: settings },
          });
        }
      }
      const outcomes = rest.filter((entry) => entry.type !== 'settings');
      return new PrepareLog(log, new Map(outcomes.map((outcome) => [outcomeId(outcome), outcome])));
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  async append(outcome: Outcome): Promise<void> {
    await this.log.append(outcome);
    this.outcomes.set(outcomeId(outcome), outcome);
  }

  close(): Promise<void> {
    return this.log.close();
  }
}

const foreign = {
  hint: 'Use another output folder, the same settings as before, or force to prepare everything anew.',
};
