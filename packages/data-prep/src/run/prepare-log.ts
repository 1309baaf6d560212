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

/** Rows that ended while the line before was being written share a line, and so one wait for the disk. */
type Entry = { type: 'settings'; settings: PrepareSettings } | { type: 'rows'; rows: Outcome[] };

const line = z.int().min(1);
const outcomeSchema: z.ZodType<Outcome> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('prepared'), line, sample: preparedSampleSchema }),
  z.strictObject({
    type: z.literal('rejected'),
    line,
    code: z.string().transform((code) => code as RejectionCode),
    row: rejectedRowSchema,
  }),
]);
const settingsSchema = z.record(z.string(), z.union([z.string(), z.number()]));
const entrySchema: z.ZodType<Entry> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('settings'), settings: settingsSchema }),
  z.strictObject({ type: z.literal('rows'), rows: z.array(outcomeSchema) }),
]);

/** A short name for a value that is too long to compare by eye. */
export const fingerprint = (value: unknown): string => sha256(canonicalJson(value)).slice(0, 16);

export const outcomeId = (outcome: Outcome) =>
  outcome.type === 'prepared' ? outcome.sample.id : outcome.row.id;

/** Bounds what a kill can lose. */
const mostPerLine = 64;

/**
 * The rows that are done, in the order in which they were; survives a kill at any byte. Its first line holds the settings,
 * so that rows made under other settings are never mixed in.
 */
export class PrepareLog {
  /** The line that rows still join, written when the one before it is. */
  #open: { rows: Outcome[]; written: Promise<void> } | undefined;
  #written: Promise<void> = Promise.resolve();

  private constructor(
    private readonly log: JsonlLog<Entry>,
    readonly outcomes: Map<string, Outcome>,
  ) {}

  /** @throws RunFolderError naming the settings, but the `unknown` ones, that differ from those the log was begun with. */
  static async open(
    path: string,
    settings: PrepareSettings,
    unknown: readonly string[] = [],
  ): Promise<PrepareLog> {
    const log = await JsonlLog.open<Entry>(path, entrySchema);
    try {
      const [first, ...rest] = log.entries;
      if (first === undefined) await log.append({ type: 'settings', settings });
      else if (first.type !== 'settings')
        throw new RunFolderError(`${path} does not begin with its settings.`, foreign);
      else {
        const keys = new Set([...Object.keys(first.settings), ...Object.keys(settings)]);
        const changed = [...keys].filter(
          (key) => !unknown.includes(key) && first.settings[key] !== settings[key],
        );
        if (changed.length > 0) {
          throw new RunFolderError(`${path} was begun with other settings (${changed.join(', ')}).`, {
            ...foreign,
            details: { before: first.settings, now: settings },
          });
        }
      }
      const outcomes = rest.flatMap((entry) => (entry.type === 'rows' ? entry.rows : []));
      return new PrepareLog(log, new Map(outcomes.map((outcome) => [outcomeId(outcome), outcome])));
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  /** Resolves when the row is on disk. */
  append(outcome: Outcome): Promise<void> {
    if (this.#open === undefined || this.#open.rows.length >= mostPerLine) {
      const rows: Outcome[] = [];
      const written = this.#written.then(() => this.#write(rows));
      this.#open = { rows, written };
      this.#written = written;
    }
    this.#open.rows.push(outcome);
    return this.#open.written;
  }

  async #write(rows: Outcome[]): Promise<void> {
    // Rows that are about to end come along.
    await new Promise((next) => setImmediate(next));
    if (this.#open?.rows === rows) this.#open = undefined;
    await this.log.append({ type: 'rows', rows });
    for (const row of rows) this.outcomes.set(outcomeId(row), row);
  }

  close(): Promise<void> {
    return this.log.close();
  }
}

const foreign = {
  hint: 'Use another output folder, the same settings as before, or force to prepare everything anew.',
};
