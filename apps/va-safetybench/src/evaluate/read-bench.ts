import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError, ensureInside, sha256File } from '@sea-align/core';
import { caseKey, type BenchCase, type CaseRole } from '@sea-align/evaluation';
import pLimit from 'p-limit';
import {
  controlsFolder,
  manifestName,
  readBenchmarkManifest,
  type BenchmarkManifest,
} from '../build/benchmark-manifest.js';
import { mediaPath, mediaTasks, mediumOf, type MediaTask, type Medium } from '../build/tasks.js';
import { furtherScenarios, scenarios } from '../scenarios.js';
import { readKeyPhrases, type KeyPhrases } from '../source/key-phrases.js';
import type { LeftOut } from '../source/test-case.js';
import { listIfThere, readQuestionFolder, type AskedCase } from './question-folder.js';
import { understandingOf } from './understanding.js';

/** A benchmark that can be asked. */
export interface Bench {
  readonly root: string;
  /** By scenario, task and id; a case, its understanding check and its benign twin stand together. */
  readonly cases: readonly BenchCase[];
  /** With their SHA-256, paths relative to `root`. */
  readonly questionFiles: readonly { readonly path: string; readonly sha256: string }[];
  readonly standIns: readonly string[];
  /** Cases that cannot be asked. */
  readonly leftOut: readonly LeftOut[];
  /** What the user should know: changed files, no phrases. */
  readonly notes: readonly string[];
}

export const textTask = 'Text_only';
/** All tasks, in the order of cases. */
export const benchTasks = [textTask, ...mediaTasks] as const;

const extensions = { Video: ['mp4'], Audio: ['mp3', 'wav'] } as const;
const filesAtOnce = 8;

/**
 * Reads a benchmark that `build` has made, with the benign twins in `controls/`, or one in the published layout: question
 * folders with `Video` and `Audio` beside them. Reads and hashes every medium.
 *
 * @param phrases key phrases where the benchmark has no manifest; without them there are no understanding checks
 * @throws DatasetError if it is no benchmark, or a file of it is broken
 */
export async function readBench(root: string, phrases?: string): Promise<Bench> {
  const names = await listIfThere(root);
  if (!names.includes('Video_questions') && !names.includes('Audio_questions')) {
    throw new DatasetError(names.length === 0 ? 'no such folder, or nothing in it' : 'is no benchmark', {
      file: root,
      hint: 'Give the --out folder of `va-safetybench build`, or one with Video_questions and Video, or Audio_questions and Audio.',
    });
  }
  const given = phrases === undefined ? undefined : await readKeyPhrases(phrases);
  const attacks = await readPart(root, '', 'attack', given);
  const controls = names.includes(controlsFolder)
    ? await readPart(root, controlsFolder, 'benign', given)
    : undefined;
  const parts = controls === undefined ? [attacks] : [attacks, controls];
  return {
    root,
    cases: inOrder(parts.flatMap(({ cases }) => cases)),
    questionFiles: parts.flatMap(({ questionFiles }) => questionFiles),
    standIns: attacks.standIns,
    leftOut: parts.flatMap(({ leftOut }) => leftOut),
    notes: parts.flatMap(({ notes }) => notes),
  };
}

type Part = Omit<Bench, 'root'>;

async function readPart(
  root: string,
  prefix: string,
  role: CaseRole,
  given: KeyPhrases | undefined,
): Promise<Part> {
  const folder = join(root, prefix);
  const within = (path: string): string => (prefix === '' ? path : `${prefix}/${path}`);
  const names = await listIfThere(folder);
  const manifest = names.includes(manifestName) ? await readBenchmarkManifest(folder) : undefined;
  const video = await readQuestionFolder(folder, 'Video');
  const audio = await readQuestionFolder(folder, 'Audio');
  const phraseOf = phraseLookup(manifest, given);
  const hashes = new Map(
    manifest?.media.flatMap(({ files }) => files.map(({ path, sha256 }) => [path, sha256])),
  );
  const leftOut: LeftOut[] = [...video.leftOut, ...audio.leftOut];
  const changed: string[] = [];
  const limit = pLimit(filesAtOnce);

  const medium = async (task: MediaTask, { scenario, id }: AskedCase): Promise<BenchCase['medium']> => {
    for (const extension of extensions[mediumOf(task)]) {
      const path = mediaPath(task, scenario, id, extension);
      const absolute = ensureInside(folder, path);
      if (!(await isFile(absolute))) continue;
      const sha256 = await sha256File(absolute);
      if ((hashes.get(path) ?? sha256) !== sha256) changed.push(within(path));
      return { modality: mediumOf(task) === 'Video' ? 'video' : 'audio', path: within(path), sha256 };
    }
    return undefined;
  };
  const caseOf = (task: string, asked: AskedCase, found: BenchCase['medium']): BenchCase[] => {
    const { scenario, id } = asked;
    const make = (as: CaseRole, question: string, expected?: string[]): BenchCase => ({
      key: caseKey({ role: as, scenario, task, id }),
      role: as,
      scenario,
      task,
      id,
      question,
      ...(found && { medium: found }),
      ...(expected && { expected }),
    });
    const own = make(role, asked.questions.get(task) ?? '');
    const phrase = phraseOf(scenario, id);
    if (role !== 'attack' || task === textTask || phrase === undefined || !/[\p{L}\p{N}]/u.test(phrase))
      return [own];
    const instruction = asked.questions.get(textTask) ?? phrase;
    const check = understandingOf(task as MediaTask, { phrase, instruction });
    return [own, make('understanding', check.question, check.expected)];
  };

  const tasks = await tasksThere(folder, manifest);
  const withMedia = async (task: MediaTask, asked: AskedCase): Promise<BenchCase[]> => {
    const found = await medium(task, asked);
    if (found !== undefined) return caseOf(task, asked, found);
    const { scenario, id } = asked;
    const place = within(mediaPath(task, scenario, id));
    leftOut.push({ scenario, id, task, place, reason: 'its medium is not there' });
    return [];
  };
  const texts = new Map<string, AskedCase>();
  for (const asked of [...audio.cases, ...video.cases]) {
    if (asked.questions.has(textTask)) texts.set(JSON.stringify([asked.scenario, asked.id]), asked);
  }
  const media = await Promise.all(
    tasks.flatMap((task) =>
      (mediumOf(task) === 'Video' ? video : audio).cases
        .filter(({ questions }) => questions.has(task))
        .map((asked) => limit(() => withMedia(task, asked))),
    ),
  );
  const files = [...video.files, ...audio.files];
  const questionFiles = await Promise.all(
    files.map(async (path) => ({ path, sha256: await sha256File(join(folder, path)) })),
  );
  const builtAs = new Map(manifest?.questionFiles.map(({ path, sha256 }) => [path, sha256]));
  changed.push(
    ...questionFiles
      .filter(({ path, sha256 }) => (builtAs.get(path) ?? sha256) !== sha256)
      .map(({ path }) => within(path)),
  );
  const cases = [
    ...[...texts.values()].flatMap((asked) => caseOf(textTask, asked, undefined)),
    ...media.flat(),
  ];
  return {
    cases,
    questionFiles: questionFiles.map(({ path, sha256 }) => ({ path: within(path), sha256 })),
    standIns: manifest?.standIns ?? [],
    leftOut,
    notes: [
      ...changedNote(changed),
      ...[...video.unknown, ...audio.unknown].map(
        (path) => `${within(path)} is of no scenario that is known here; not read.`,
      ),
      ...(role === 'attack' && manifest === undefined && given === undefined
        ? [
            'No key phrases, so no understanding checks: the folder has no manifest.json of ours, and --phrases was not given.',
          ]
        : []),
    ],
  };
}

function phraseLookup(
  manifest: BenchmarkManifest | undefined,
  given: KeyPhrases | undefined,
): (scenario: string, id: string) => string | undefined {
  const known = new Map(
    manifest?.cases.map(({ scenario, name, phrase }) => [JSON.stringify([scenario, name]), phrase]),
  );
  return (scenario, id) => given?.get(scenario)?.get(id) ?? known.get(JSON.stringify([scenario, id]));
}

/** Tasks whose media were built, or for which at least one scenario has a folder. */
async function tasksThere(folder: string, manifest: BenchmarkManifest | undefined): Promise<MediaTask[]> {
  if (manifest !== undefined) return mediaTasks.filter((task) => manifest.tasks.includes(task));
  const found = new Set<string>();
  for (const medium of ['Video', 'Audio'] satisfies Medium[]) {
    for (const scenario of await listIfThere(join(folder, medium))) {
      for (const task of await listIfThere(join(folder, medium, scenario)).catch(() => [])) found.add(task);
    }
  }
  return mediaTasks.filter((task) => found.has(task));
}

function changedNote(changed: readonly string[]): string[] {
  if (changed.length === 0) return [];
  const more = changed.length > 3 ? ` and ${changed.length - 3} more` : '';
  return [
    `Changed since the benchmark was built: ${changed.slice(0, 3).join(', ')}${more}. They are asked as they are now; ` +
      '`va-safetybench verify` checks them.',
  ];
}

const roleOrder: readonly CaseRole[] = ['attack', 'understanding', 'benign'];

/** Cases by scenario, task and id; those of one test case together. */
export function inOrder(cases: readonly BenchCase[]): BenchCase[] {
  const scenarioAt = rank([...scenarios, ...furtherScenarios].map(({ name }) => name));
  const taskAt = rank(benchTasks);
  // The order of ids is that of the question files.
  const idAt = rank(new Set(cases.map(({ scenario, id }) => JSON.stringify([scenario, id]))));
  const roleAt = rank(roleOrder);
  return cases
    .map((item) => {
      const { scenario, task, id, role } = item;
      const at = [scenarioAt(scenario), taskAt(task), idAt(JSON.stringify([scenario, id])), roleAt(role)];
      return { item, at };
    })
    .sort((a, b) => a.at.map((value, i) => value - b.at[i]).find((difference) => difference !== 0) ?? 0)
    .map(({ item }) => item);
}

function rank(names: Iterable<string>): (name: string) => number {
  const ranks = new Map([...names].map((name, at) => [name, at]));
  return (name) => ranks.get(name) ?? ranks.size;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
