import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError, DatasetError, errnoOf } from '@sea-align/core';
import { findScenario, scenarios as ownScenarios } from '../scenarios.js';
import { readKeyPhrases } from './key-phrases.js';
import { readCaseLines } from './read-case-lines.js';
import { readMmSafetyBench } from './read-mm-safetybench.js';
import { readVaSafetyBench } from './read-va-safetybench.js';
import type { SourceEntry } from './test-case.js';

/** The harmless cases that come with this app. */
export const sampleFolder = fileURLToPath(new URL('../../sample', import.meta.url));

/** The value of `--source` that means them. */
export const sampleSource = 'sample';

export interface SourceOptions {
  /** A file or folder, or `sample`. */
  readonly source: string;
  /** Key phrases for the published question files. */
  readonly phrases?: string;
  /** Names of scenarios in either benchmark, or their numbers in VA-SafetyBench; default: the eight. */
  readonly scenarios?: readonly string[];
}

/** Cases in the order of scenarios and files. */
export interface Source {
  readonly format: 'MM-SafetyBench' | 'VA-SafetyBench' | 'JSONL';
  /** All files of the source, whichever scenarios were asked for: by their hashes a resumed build knows it again. */
  readonly files: readonly string[];
  /** The scenarios that were asked for, in the benchmark's order. */
  readonly scenarios: readonly string[];
  entries(): AsyncGenerator<SourceEntry>;
}

/** Finds out what `--source` is. Throws DatasetError or ConfigError if it is none of the three formats. */
export async function openSource(options: SourceOptions): Promise<Source> {
  const wanted = wantedScenarios(options.scenarios);
  const root = options.source === sampleSource ? sampleFolder : options.source;
  const names = await listFolder(root);
  if (names === undefined) {
    if (root.endsWith('.jsonl')) return lines(root, wanted);
    if (root.endsWith('.json')) return mmSafetyBench([root], wanted);
    throw notASource(root);
  }
  if (names.includes('processed_questions'))
    return openFolder(join(root, 'processed_questions'), wanted, options);
  if (names.includes('Video_questions') || names.includes('Audio_questions')) {
    return vaSafetyBench(root, names, wanted, options.phrases);
  }
  return openFolder(root, wanted, options);
}

async function openFolder(folder: string, wanted: Wanted, options: SourceOptions): Promise<Source> {
  const names = (await listFolder(folder)) ?? [];
  const files = names.filter((name) => name.endsWith('.json')).map((name) => join(folder, name));
  const known = files.filter((file) => scenarioOfFile(file) !== undefined);
  if (known.length === 0) throw notASource(options.source);
  return mmSafetyBench(known, wanted);
}

interface Wanted {
  readonly names: readonly string[];
  /** Whether they were asked for by name: then each must be there. */
  readonly explicit: boolean;
}

/** The scenarios that `--scenarios` means; none given: the eight. Throws ConfigError. */
export function wantedScenarios(given: readonly string[] | undefined): Wanted {
  if (given === undefined) return { names: ownScenarios.map(({ name }) => name), explicit: false };
  const issues: { path: string; message: string }[] = [];
  const names = given.flatMap((text) => {
    const own = /^[1-8]$/.test(text) ? ownScenarios[Number(text) - 1] : undefined;
    const found = own ?? findScenario(text);
    if (found === undefined) issues.push({ path: '', message: `${JSON.stringify(text)} is no scenario` });
    return found === undefined ? [] : [found.name];
  });
  if (issues.length > 0) {
    throw new ConfigError('--scenarios', {
      issues,
      hint: `1 to 8, or names: ${ownScenarios.map(({ name }) => name).join(', ')}`,
    });
  }
  return { names: [...new Set(names)], explicit: true };
}

function mmSafetyBench(files: readonly string[], wanted: Wanted): Source {
  const byScenario = new Map(files.map((file) => [scenarioOfFile(file), file]));
  const present = presentOf(wanted, (name) => byScenario.has(name), files.join(', '));
  const chosen = present.map((name) => ({ name, file: byScenario.get(name) ?? '' }));
  return {
    format: 'MM-SafetyBench',
    files,
    scenarios: present,
    async *entries() {
      for (const { name, file } of chosen) yield* readMmSafetyBench(file, name);
    },
  };
}

async function vaSafetyBench(
  root: string,
  names: readonly string[],
  wanted: Wanted,
  phraseFile: string | undefined,
): Promise<Source> {
  if (phraseFile === undefined) {
    throw new ConfigError('The published VA-SafetyBench question files do not hold the key phrases.', {
      hint: 'Give them with --phrases FILE: JSON scenario -> id -> phrase, or JSONL {"scenario", "id", "phrase"}.',
    });
  }
  const media = names.includes('Video_questions')
    ? ({ folder: 'Video_questions', task: 'TYPO' } as const)
    : ({ folder: 'Audio_questions', task: 'KPT' } as const);
  const folder = join(root, media.folder);
  const files = (await listFolder(folder)) ?? [];
  const present = presentOf(wanted, (name) => files.includes(`${name}.json`), folder);
  const phrases = await readKeyPhrases(phraseFile);
  return {
    format: 'VA-SafetyBench',
    files: [
      ...files.filter((name) => scenarioOfFile(name) !== undefined).map((name) => join(folder, name)),
      phraseFile,
    ],
    scenarios: present,
    async *entries() {
      for (const name of present) {
        yield* readVaSafetyBench(join(folder, `${name}.json`), name, media.task, phrases);
      }
    },
  };
}

function lines(file: string, wanted: Wanted): Source {
  return {
    format: 'JSONL',
    files: [file],
    scenarios: wanted.names,
    async *entries() {
      for await (const entry of readCaseLines(file)) {
        const scenario =
          'case' in entry ? entry.case.scenario : findScenario(entry.leftOut.scenario ?? '')?.name;
        // A line that does not even say its scenario is reported whatever was asked for.
        if (scenario === undefined || wanted.names.includes(scenario)) yield entry;
      }
    },
  };
}

/** The scenarios that a source has. Throws DatasetError if one that was asked for by name is missing, or all are. */
function presentOf(wanted: Wanted, has: (name: string) => boolean, where: string): string[] {
  const present = wanted.names.filter(has);
  const missing = wanted.names.filter((name) => !has(name));
  if (present.length === 0 || (wanted.explicit && missing.length > 0)) {
    throw new DatasetError(`no file for ${missing.join(', ')}`, { file: where });
  }
  return present;
}

/** `01-Illegal_Activitiy.json` -> `1-IllegalActivitiy`. */
function scenarioOfFile(file: string): string | undefined {
  return findScenario(basename(file, '.json'))?.name;
}

/** Names in a folder, sorted; undefined if it is a file. */
async function listFolder(path: string): Promise<string[] | undefined> {
  try {
    if (!(await stat(path)).isDirectory()) return undefined;
    return (await readdir(path)).sort();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    throw new DatasetError(errno === 'ENOENT' ? 'no such file or folder' : `cannot be read (${errno})`, {
      file: path,
      cause: error,
    });
  }
}

function notASource(path: string): DatasetError {
  return new DatasetError('is no source of test cases', {
    file: path,
    hint:
      'Give the processed_questions folder of MM-SafetyBench or one file of it, a folder with the published Video_questions ' +
      `or Audio_questions, a .jsonl file of cases, or ${sampleSource}.`,
  });
}
