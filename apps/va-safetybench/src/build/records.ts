import { readdir, readFile, stat } from 'node:fs/promises';
import { errnoOf, RunFolderError, safeFileName } from '@sea-align/core';
import { z } from 'zod';
import type { BuildFolder } from './build-folder.js';
import { twinForms } from '../controls/twin-wording.js';
import { mediaTasks, type MediaTask } from './tasks.js';

const questionsSchema = z.strictObject({
  video: z.strictObject({ Text_only: z.string(), DM: z.string(), TYPO: z.string(), DM_TYPO: z.string() }),
  audio: z.strictObject({
    Text_only: z.string(),
    Audio_only: z.string(),
    KPT: z.string(),
    KPT_noise: z.string(),
  }),
});
const leftOutSchema = z.strictObject({
  scenario: z.string().optional(),
  id: z.string().optional(),
  task: z.string().optional(),
  place: z.string().optional(),
  reason: z.string(),
});
const flagSchema = z.strictObject({
  scenario: z.string(),
  id: z.string(),
  flag: z.enum(['kept', 'rewritten', 'phrase shown', 'unreferenced']),
  detail: z.string(),
});

/** What is known of a case besides its media. */
export const caseRecordSchema = z.strictObject({
  scenario: z.string(),
  id: z.string(),
  /** The id as file name and as key of the question files: the id itself wherever it is a plain one. */
  name: z.string(),
  kind: z.enum(['activity', 'product']),
  phrase: z.string(),
  /** In a benchmark of controls: of which case this is the benign twin (`originalHash`), and the form it took over. */
  twinOf: z.strictObject({ original: z.string(), form: z.enum(twinForms) }).optional(),
  questions: questionsSchema,
  flags: z.array(flagSchema),
});
export type CaseRecord = z.infer<typeof caseRecordSchema>;

/** One file of a medium. */
const fileSchema = z.strictObject({
  path: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  /** SHA-256 of the decoded frames (planes of yuv420p) or samples (16 bit). */
  decoded: z.string(),
});
export type FileRecord = z.infer<typeof fileSchema>;

/** A case's medium of one task: its files, who made them from what, and with which versions. */
export const mediumRecordSchema = z.strictObject({
  scenario: z.string(),
  id: z.string(),
  name: z.string(),
  task: z.enum(mediaTasks),
  files: z.array(fileSchema).min(1),
  /** Texts seen in a video, each from which frame on and for how many. */
  shown: z.array(z.strictObject({ text: z.string(), from: z.int(), frames: z.int() })).optional(),
  /** True: not what the benchmark's recipe asks for, only shaped like it. */
  standIn: z.boolean(),
  provenance: z.record(z.string(), z.unknown()),
  versions: z.record(z.string(), z.string()),
});
export type MediumRecord = z.infer<typeof mediumRecordSchema>;

export const leftOutRecordSchema = leftOutSchema;

/** The records of everything that is finished, a small file each: `work/records/<scenario>/<name>/<part>.json`. */
export class Records {
  readonly #folder: BuildFolder;

  constructor(folder: BuildFolder) {
    this.#folder = folder;
  }

  writeCase(record: CaseRecord): Promise<void> {
    return this.#write(['cases', record.scenario, record.name, 'case'], record);
  }

  writeMedium(record: MediumRecord): Promise<void> {
    return this.#write(['cases', record.scenario, record.name, record.task], record);
  }

  readCase(scenario: string, name: string): Promise<CaseRecord | undefined> {
    return this.#read(['cases', scenario, name, 'case'], caseRecordSchema);
  }

  /** The record of a medium, if its files are all there at their sizes. */
  async readMedium(scenario: string, name: string, task: MediaTask): Promise<MediumRecord | undefined> {
    const record = await this.#read(['cases', scenario, name, task], mediumRecordSchema);
    if (record === undefined) return undefined;
    for (const { path, bytes } of record.files) {
      const size = await stat(this.#folder.path(path)).then(
        (found) => found.size,
        () => -1,
      );
      if (size !== bytes) return undefined;
    }
    return record;
  }

  /** Names of all cases of a scenario that have a record, in the order of the question files. */
  async names(scenario: string): Promise<string[]> {
    try {
      return (await readdir(this.#folder.path('work', 'records', 'cases', scenario))).sort(byNumber);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return [];
      throw error;
    }
  }

  async #write(place: readonly string[], record: unknown): Promise<void> {
    await this.#folder.write(recordPath(place), `${JSON.stringify(record, null, 2)}\n`);
  }

  async #read<T>(place: readonly string[], schema: z.ZodType<T>): Promise<T | undefined> {
    const path = this.#folder.path(recordPath(place));
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
    try {
      return schema.parse(JSON.parse(text));
    } catch (error) {
      throw new RunFolderError(`${path} cannot be read as a record of this benchmark.`, {
        hint: 'Delete that file; the next run makes its part anew.',
        cause: error,
      });
    }
  }
}

function recordPath(place: readonly string[]): string {
  return `work/records/${place.join('/')}.json`;
}

/** The file name and key of a case's id. */
export function nameOf(id: string): string {
  return safeFileName(id);
}

/** 2 before 10, and the same on every machine. */
export function byNumber(a: string, b: string): number {
  const [numberA, numberB] = [leadingNumber(a), leadingNumber(b)];
  if (numberA !== numberB) return numberA - numberB;
  return a < b ? -1 : a > b ? 1 : 0;
}

function leadingNumber(name: string): number {
  const digits = /^\d{1,15}/.exec(name)?.[0];
  return digits === undefined ? Number.MAX_SAFE_INTEGER : Number(digits);
}
