import { join } from 'node:path';
import { RunFolderError } from '@sea-align/core';
import { manifestName, readBenchmarkManifest, type BenchmarkManifest } from '../build/benchmark-manifest.js';
import { originalHash } from '../controls/draw-twins.js';
import type { CheckSummary, Fault } from './fault.js';

const buildWithControls = 'Run the same build again, with --controls.';

/**
 * Checks the manifest of controls against that of their originals, which is in the folder around theirs: a twin for each case
 * and no other, of the same kind, with another phrase.
 */
export async function checkTwins(
  root: string,
  { twinOf, cases }: BenchmarkManifest,
): Promise<{ summary: CheckSummary; faults: Fault[] } | undefined> {
  if (twinOf === undefined) return undefined;
  const what = 'cases of the original benchmark with one harmless twin each';
  const original = await readBenchmarkManifest(join(root, twinOf.benchmark)).catch((error: unknown) => {
    if (RunFolderError.isInstance(error)) return error;
    throw error;
  });
  if (RunFolderError.isInstance(original)) {
    const skipped = `the original benchmark cannot be read: ${original.message}`;
    return { summary: { check: 'twins', what, checked: 0, faults: 0, skipped }, faults: [] };
  }
  const nameOf = ({ scenario, id }: { scenario: string; id: string }) => JSON.stringify([scenario, id]);
  const twins = new Map(cases.map((twin) => [nameOf(twin), twin]));
  const originals = new Set(original.cases.map(nameOf));
  const wrong = original.cases.flatMap((each) => {
    const twin = twins.get(nameOf(each));
    const named = `case ${each.id} of ${each.scenario}`;
    if (twin === undefined) return [`${named} has no twin`];
    if (twin.twinOf?.original !== originalHash(each))
      return [`${named} is another than its twin was made for`];
    if (twin.kind !== each.kind) return [`the twin of ${named} is of another kind`];
    return twin.phrase === each.phrase ? [`the twin of ${named} has its very phrase`] : [];
  });
  const extra = cases
    .filter((twin) => !originals.has(nameOf(twin)))
    .map(({ scenario, id }) => `case ${id} of ${scenario} is the twin of none`);
  const faults = [...wrong, ...extra].map((fault): Fault => {
    return { path: manifestName, check: 'twins', fault, fix: buildWithControls };
  });
  return { summary: { check: 'twins', what, checked: original.cases.length, faults: faults.length }, faults };
}
