import { ConfigError, shardOf } from '@sea-align/core';
import { caseRoles, type BenchCase, type BenchModality, type CaseRole } from '@sea-align/evaluation';
import { mediaTasks, mediumOf } from '../build/tasks.js';
import { wantedScenarios } from '../source/open-source.js';
import { benchTasks } from './read-bench.js';

export interface BenchSelection {
  /** `video`, `audio` and names of tasks. */
  readonly tasks?: readonly string[];
  readonly scenarios?: readonly string[];
  readonly roles?: readonly string[];
  /** Test cases of each scenario, the first ones. */
  readonly limit?: number;
  readonly shard?: string;
}

export interface SelectedCases {
  /** What the run is about, whichever shard this is. */
  readonly selected: readonly BenchCase[];
  /** Of them, those that this session asks. */
  readonly own: readonly BenchCase[];
}

/** Picks cases of a benchmark. Throws ConfigError for words that mean nothing, or where nothing is left. */
export function selectBenchCases(cases: readonly BenchCase[], selection: BenchSelection): SelectedCases {
  const tasks = wantedTasks(selection.tasks);
  const roles = wantedRoles(selection.roles);
  const scenarios = selection.scenarios && wantedScenarios(selection.scenarios).names;
  const wanted = cases.filter(
    ({ task, role, scenario }) =>
      tasks.has(task) && roles.has(role) && (scenarios === undefined || scenarios.includes(scenario)),
  );
  const selected = selection.limit === undefined ? wanted : firstOfEach(wanted, selection.limit);
  if (selected.length === 0) {
    throw new ConfigError('No case of the benchmark is among what was asked for.', {
      hint: `It has: tasks ${list(cases, 'task')}; scenarios ${list(cases, 'scenario')}; roles ${list(cases, 'role')}.`,
    });
  }
  return { selected, own: ofShard(selected, selection.shard) };
}

function firstOfEach(cases: readonly BenchCase[], limit: number): BenchCase[] {
  const ids = new Map<string, Set<string>>();
  return cases.filter(({ scenario, id }) => {
    const known = ids.get(scenario) ?? new Set<string>();
    ids.set(scenario, known);
    if (!known.has(id) && known.size < limit) known.add(id);
    return known.has(id);
  });
}

/** All questions about one test case are in one shard: they share media. */
function ofShard(cases: readonly BenchCase[], shard: string | undefined): BenchCase[] {
  const testCase = ({ scenario, id }: BenchCase): string => JSON.stringify([scenario, id]);
  const own = new Set(shardOf([...new Set(cases.map(testCase))], shard));
  return cases.filter((item) => own.has(testCase(item)));
}

function wantedTasks(words: readonly string[] | undefined): ReadonlySet<string> {
  if (words === undefined) return new Set(benchTasks);
  const groups: Readonly<Record<string, readonly string[]>> = {
    video: mediaTasks.filter((task) => mediumOf(task) === 'Video'),
    audio: mediaTasks.filter((task) => mediumOf(task) === 'Audio'),
    ...Object.fromEntries(benchTasks.map((task) => [task, [task]])),
  };
  return new Set(pick('--tasks', words, Object.keys(groups)).flatMap((word) => groups[word]));
}

function wantedRoles(words: readonly string[] | undefined): ReadonlySet<string> {
  return new Set(words === undefined ? caseRoles : pick('--roles', words, caseRoles));
}

function pick(option: string, words: readonly string[], known: readonly string[]): readonly string[] {
  const unknown = words.filter((word) => !known.includes(word));
  if (unknown.length === 0 && words.length > 0) return words;
  const which =
    words.length === 0 ? 'nothing was given' : unknown.map((word) => JSON.stringify(word)).join(', ');
  throw new ConfigError(`${option}: ${which}.`, { hint: `Known: ${known.join(', ')}.` });
}

function list(cases: readonly BenchCase[], field: 'task' | 'scenario' | 'role'): string {
  return [...new Set(cases.map((item) => item[field]))].join(', ');
}

/** Cases that the target cannot take, counted. */
export interface NotAsked {
  readonly role: CaseRole;
  readonly task: string;
  readonly cases: number;
  readonly reason: string;
}

/** Sets aside the cases whose medium the target cannot take. Throws ConfigError if none remains. */
export function splitByModality(
  cases: readonly BenchCase[],
  target: { readonly name: string; readonly modalities: readonly BenchModality[] },
): { askable: BenchCase[]; notAsked: NotAsked[] } {
  const takes = ({ medium }: BenchCase): boolean =>
    medium === undefined || target.modalities.includes(medium.modality);
  const counts = new Map<string, NotAsked>();
  for (const item of cases) {
    if (takes(item)) continue;
    const { role, task, medium } = item;
    const known = counts.get(`${role}/${task}`);
    const reason = `${target.name} takes no ${medium?.modality ?? 'such medium'}`;
    counts.set(`${role}/${task}`, { role, task, cases: (known?.cases ?? 0) + 1, reason });
  }
  const askable = cases.filter(takes);
  if (askable.length === 0 && cases.length > 0) {
    throw new ConfigError(
      `${target.name} can be asked none of these cases: ${[...counts.values()][0].reason}.`,
      {
        hint: `It takes: text${target.modalities.map((each) => `, ${each}`).join('')}. Choose other --tasks or another --model.`,
      },
    );
  }
  return { askable, notAsked: [...counts.values()] };
}
