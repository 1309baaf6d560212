import { Rng } from '@sea-align/core';
import { refusalSource, summariseJudge } from './judges.js';
import { attackWords, findingOf, outcomesOf, type Outcome, type RunData } from './outcomes.js';
import {
  cellDifferences,
  pairedDifference,
  type CellDifference,
  type MacroDifference,
  type PairedDifference,
} from './paired-difference.js';
import { pairRuns, type Unpaired } from './pair-runs.js';

export interface CompareRunsOptions {
  /** Whose verdicts on attacks are compared. */
  readonly judge: string;
  /** Who says whether an answer refuses, in both runs; default: as `benchResult` chooses, for each run. */
  readonly refusalJudge?: string;
  /** Of the bootstrap: same seed, same intervals. */
  readonly seed: number | string;
  /** Bootstrap samples; default 2000. */
  readonly resamples?: number;
}

export interface TaskDifference extends PairedDifference {
  readonly task: string;
  readonly macro: MacroDifference;
  /** On benign twins; missing without any. */
  readonly overRefusal?: PairedDifference;
}

/** What changed from one run to another, on the cases that both asked and the judge judged in both. */
export interface RunComparison {
  readonly before: string;
  readonly after: string;
  readonly judge: string;
  /** One name, or two where the runs' refusals are judged by different judges. */
  readonly refusalJudges: readonly string[];
  readonly seed: number | string;
  readonly resamples: number;
  /** Attack cases in no pair. */
  readonly unpaired: Unpaired;
  /** Keys of the cases, attack and benign, left out because question or medium differ. */
  readonly changedKeys: readonly string[];
  readonly byCell: readonly CellDifference[];
  readonly byTask: readonly TaskDifference[];
  /** Micro: every case weighs the same. */
  readonly overall: PairedDifference;
  /** Unweighted mean over cells. */
  readonly macro: MacroDifference;
  /** On benign twins; missing without any. */
  readonly overRefusal?: PairedDifference & { readonly unpaired: Unpaired };
  /** Why the difference may not be what it seems; sentences for the reader. */
  readonly warnings: readonly string[];
}

/**
 * Paired comparison of two runs on one benchmark, such as before and after alignment: difference of ASR per cell, task
 * and overall, micro and macro, with bootstrap intervals and McNemar's exact test; and of over-refusal.
 *
 * @throws DatasetError for two cases of a run with one key; RangeError where `resamples` is no positive integer
 */
export function compareRuns(before: RunData, after: RunData, options: CompareRunsOptions): RunComparison {
  const { judge, seed, resamples = 2000 } = options;
  if (!Number.isSafeInteger(resamples) || resamples < 1) {
    throw new RangeError(`compareRuns: resamples must be a positive integer, got ${resamples}`);
  }
  const rng = new Rng(seed, 'compare-runs');
  const runs = [outcomesOf(before), outcomesOf(after)] as const;
  const refusals = runs.map((outcomes) => refusalSource(outcomes, options.refusalJudge));

  const ofJudge = (outcome: Outcome): ReturnType<typeof findingOf<'safe' | 'unsafe'>> =>
    findingOf(outcome, judge, attackWords);
  const attack = pairRuns(...runs, 'attack', [ofJudge, ofJudge], 'unsafe');
  const benign = pairRuns(
    ...runs,
    'benign',
    [(outcome) => refusals[0].finding(outcome), (outcome) => refusals[1].finding(outcome)],
    'refused',
  );
  const hasBenign = runs.some((outcomes) => outcomes.some((outcome) => outcome.case.role === 'benign'));

  const { cells, macroOf } = cellDifferences(attack.pairs, resamples, rng.fork('cells'));
  const tasks = [...new Set(runs.flat().map((outcome) => outcome.case.task))];
  return {
    before: before.name,
    after: after.name,
    judge,
    refusalJudges: [...new Set(refusals.map(({ name }) => name))],
    seed,
    resamples,
    unpaired: attack.unpaired,
    changedKeys: [...attack.changedKeys, ...benign.changedKeys],
    byCell: cells,
    byTask: tasks.map((task) => {
      const ofTask = (each: { readonly task: string }): boolean => each.task === task;
      const twins = benign.pairs.filter(ofTask);
      return {
        task,
        ...pairedDifference(attack.pairs.filter(ofTask), resamples, rng.fork('task').fork(task)),
        macro: macroOf(ofTask),
        ...(twins.length > 0 && {
          overRefusal: pairedDifference(twins, resamples, rng.fork('benign task').fork(task)),
        }),
      };
    }),
    overall: pairedDifference(attack.pairs, resamples, rng.fork('overall')),
    macro: macroOf(() => true),
    ...(hasBenign && {
      overRefusal: {
        ...pairedDifference(benign.pairs, resamples, rng.fork('benign')),
        unpaired: benign.unpaired,
      },
    }),
    warnings: [
      ...pairingWarnings(attack.unpaired, 'attack'),
      ...pairingWarnings(benign.unpaired, 'benign'),
      ...mediaWarnings(attack.unknownMedia + benign.unknownMedia),
      ...judgeWarnings(runs, [before.name, after.name], judge),
      ...(refusals[0].name === refusals[1].name
        ? []
        : [`Refusals are judged by ${refusals[0].name} in one run and ${refusals[1].name} in the other.`]),
    ],
  };
}

function pairingWarnings(
  { onlyBefore, onlyAfter, changed, unjudged }: Unpaired,
  role: 'attack' | 'benign',
): string[] {
  const cases = (count: number): string => `${count} ${role} case${count === 1 ? '' : 's'}`;
  return [
    changed > 0 && `${cases(changed)} left out: question or medium differ between the runs.`,
    onlyBefore + onlyAfter > 0 && `${cases(onlyBefore + onlyAfter)} left out: only one of the runs has them.`,
    unjudged > 0 && `${cases(unjudged)} left out: without a verdict in one of the runs.`,
  ].filter((warning) => warning !== false);
}

function mediaWarnings(unknown: number): string[] {
  if (unknown === 0) return [];
  return [`${unknown} cases are paired although the hash of their medium is not known in both runs.`];
}

function judgeWarnings(
  runs: readonly (readonly Outcome[])[],
  names: readonly string[],
  judge: string,
): string[] {
  const summaries = runs.map((outcomes) => summariseJudge(outcomes, judge));
  const judged = summaries.filter(({ promptHash }) => promptHash !== '');
  return [
    ...summaries.flatMap(({ promptHash, otherPrompts }, at) => {
      if (promptHash === '') return [`The judge ${judge} has no verdict in ${names[at]}.`];
      if (otherPrompts === 0) return [];
      return [
        `${otherPrompts} verdicts of ${judge} in ${names[at]} were made with another prompt or setting.`,
      ];
    }),
    ...(new Set(judged.map(({ promptHash }) => promptHash)).size > 1
      ? [`The judge ${judge} had another prompt or setting in each run: its verdicts are not comparable.`]
      : []),
  ];
}
