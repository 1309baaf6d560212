import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, formatPath, RunFolderError } from '@sea-align/core';
import { z } from 'zod';
import { caseRecordSchema, leftOutRecordSchema, mediumRecordSchema } from './records.js';
import { mediaTasks } from './tasks.js';

export const manifestName = 'manifest.json';

/** Where the benign twins of a benchmark are, inside its folder. */
export const controlsFolder = 'controls';
/** Where the originals are, as seen from there. */
const originalFolder = '..';

const manifestSchema = z.strictObject({
  format: z.literal(1),
  benchmark: z.literal('VA-SafetyBench'),
  /**
   * Benign controls: the benchmark of whose cases these are the twins, relative to this folder, and how they were made. Twins
   * have the scenario and id of their originals.
   */
  twinOf: z.strictObject({ benchmark: z.literal(originalFolder), how: z.string() }).optional(),
  /** Settings, seed and source with the SHA-256 of its files. */
  config: z.record(z.string(), z.unknown()),
  /** Versions of what made the files; several where runs with different ones added up. */
  versions: z.record(z.string(), z.array(z.string())),
  /** What is not what the benchmark's recipe asks for, said plainly; empty if all is. */
  standIns: z.array(z.string()),
  tasks: z.array(z.enum(mediaTasks)),
  /** Question files, relative to the folder, with their SHA-256 and number of cases. */
  questionFiles: z.array(z.strictObject({ path: z.string(), sha256: z.string(), cases: z.int() })),
  cases: z.array(caseRecordSchema.omit({ questions: true, flags: true })),
  flags: caseRecordSchema.shape.flags,
  leftOut: z.array(leftOutRecordSchema),
  media: z.array(mediumRecordSchema.omit({ versions: true })),
});
export type BenchmarkManifest = z.infer<typeof manifestSchema>;

/** Reads the manifest of a benchmark. Throws RunFolderError if there is none, or it is broken. */
export async function readBenchmarkManifest(folder: string): Promise<BenchmarkManifest> {
  const path = join(folder, manifestName);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const missing = ['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '');
    throw new RunFolderError(missing ? `There is no ${path}.` : `${path} cannot be read as JSON.`, {
      code: 'SEA_BENCHMARK_MANIFEST',
      hint: 'It is written at the end of `va-safetybench build`: run the same build again, it goes on where it was.',
      cause: error,
    });
  }
  const result = manifestSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new RunFolderError(
    `${path} is no manifest of this program: ${formatPath(issue.path)}: ${issue.message}`,
    {
      code: 'SEA_BENCHMARK_MANIFEST',
      hint: 'Build the benchmark again into another folder.',
      cause: result.error,
    },
  );
}
