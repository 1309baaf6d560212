import { sha256 } from '@sea-align/core';
import { furtherScenarios, scenarios } from '../scenarios.js';
import type { LeftOut } from '../source/test-case.js';
import { manifestName, type BenchmarkManifest } from './benchmark-manifest.js';
import type { BuildFolder } from './build-folder.js';
import { questionFile, questionPath } from './question-files.js';
import { byNumber, type CaseRecord, type MediumRecord, type Records } from './records.js';
import { mediaTasks, mediumOf, type MediaTask, type Medium, type TaskSelection } from './tasks.js';

interface Finished {
  readonly record: CaseRecord;
  readonly media: ReadonlyMap<MediaTask, MediumRecord>;
}

/**
 * Writes question files and manifest from the records of all that is finished, by whichever run or shard, so that they
 * depend on what there is and not on how it came about. A case stands in a question file only if it has all media of that
 * file: evaluation scripts open every one of them.
 */
export async function assemble(
  folder: BuildFolder,
  records: Records,
  selection: TaskSelection,
  config: Record<string, unknown>,
  leftOutNow: readonly LeftOut[],
  twinOf?: BenchmarkManifest['twinOf'],
): Promise<BenchmarkManifest> {
  const finished: Finished[] = [];
  for (const { name: scenario } of [...scenarios, ...furtherScenarios]) {
    for (const name of await records.names(scenario)) {
      const record = await records.readCase(scenario, name);
      if (record !== undefined) finished.push({ record, media: await mediaOf(record, records) });
    }
  }
  const tasks = mediaTasks.filter(
    (task) => selection.media.includes(task) || finished.some(({ media }) => media.has(task)),
  );
  const questionFiles: BenchmarkManifest['questionFiles'] = [];
  for (const medium of mediaWanted(selection, tasks)) {
    const wanted = tasks.filter((task) => mediumOf(task) === medium);
    const complete = finished.filter(({ media }) => wanted.every((task) => media.has(task)));
    for (const scenario of new Set(finished.map(({ record }) => record.scenario))) {
      const cases = complete.map(({ record }) => record).filter((record) => record.scenario === scenario);
      const text = questionFile(medium, cases);
      const path = questionPath(medium, scenario);
      await folder.write(path, text);
      questionFiles.push({ path, sha256: sha256(text), cases: cases.length });
    }
  }
  const media = finished.flatMap((each) => tasks.flatMap((task) => each.media.get(task) ?? []));
  const manifest: BenchmarkManifest = {
    format: 1,
    benchmark: 'VA-SafetyBench',
    ...(twinOf === undefined ? {} : { twinOf }),
    config,
    versions: versionsOf(media),
    standIns: standInsOf(media),
    tasks,
    questionFiles,
    cases: finished.map(({ record: { questions: _q, flags: _f, ...rest } }) => rest),
    flags: finished.flatMap(({ record }) => record.flags),
    leftOut: allLeftOut(finished, tasks, leftOutNow),
    media: media.map(({ versions: _, ...rest }) => rest),
  };
  await folder.write(manifestName, `${JSON.stringify(manifest, null, 1)}\n`);
  return manifest;
}

async function mediaOf(
  { scenario, name }: CaseRecord,
  records: Records,
): Promise<Map<MediaTask, MediumRecord>> {
  const media = new Map<MediaTask, MediumRecord>();
  for (const task of mediaTasks) {
    const record = await records.readMedium(scenario, name, task);
    if (record !== undefined) media.set(task, record);
  }
  return media;
}

function mediaWanted({ questions }: TaskSelection, tasks: readonly MediaTask[]): Medium[] {
  return (['Video', 'Audio'] as const).filter(
    (medium) => questions.includes(medium) || tasks.some((task) => mediumOf(task) === medium),
  );
}

function versionsOf(media: readonly MediumRecord[]): Record<string, string[]> {
  const versions = new Map<string, Set<string>>();
  for (const record of media) {
    for (const [name, version] of Object.entries(record.versions)) {
      versions.set(name, (versions.get(name) ?? new Set()).add(version));
    }
  }
  return Object.fromEntries([...versions].sort().map(([name, found]) => [name, [...found].sort()]));
}

function standInsOf(media: readonly MediumRecord[]): string[] {
  const counts = new Map<string, number>();
  for (const { task, standIn, provenance } of media) {
    if (!standIn) continue;
    const by = typeof provenance.generator === 'string' ? provenance.generator : 'a stand-in';
    const what = `${task} is by a stand-in for a text-to-video model: ${by}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].map(([what, count]) => `${what} (${count} files)`);
}

/** What this run has left out, and what is missing for reasons of other runs. */
function allLeftOut(
  finished: readonly Finished[],
  tasks: readonly MediaTask[],
  leftOutNow: readonly LeftOut[],
): LeftOut[] {
  const known = new Set(leftOutNow.map(({ scenario, id, task }) => JSON.stringify([scenario, id, task])));
  const missing = finished.flatMap(({ record: { scenario, id }, media }) =>
    tasks
      .filter((task) => !media.has(task) && !known.has(JSON.stringify([scenario, id, task])))
      .map((task) => ({
        scenario,
        id,
        task,
        reason: 'not built yet: by another shard, or a run that was stopped',
      })),
  );
  return [...leftOutNow, ...missing].sort(byPlace);
}

function byPlace(a: LeftOut, b: LeftOut): number {
  const keys = ({ scenario = '', id = '', task = '', place = '' }: LeftOut) => [scenario, id, task, place];
  const [left, right] = [keys(a), keys(b)];
  const differing = left.findIndex((key, at) => key !== right[at]);
  return differing === -1 ? 0 : byNumber(left[differing], right[differing]);
}
