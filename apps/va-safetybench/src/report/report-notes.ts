import { canonicalJson } from '@sea-align/core';
import type { BenchResult, Evaluation, RunComparison } from '@sea-align/evaluation';
import { benchmarkHash } from './run-facts.js';

export interface NotedRun {
  readonly name: string;
  readonly evaluation: Evaluation;
  readonly result: BenchResult;
  /** Whether the folder of the benchmark is where it was. */
  readonly hasBench: boolean;
}

/** What a reader should know before any figure. */
export function reportNotes(runs: readonly NotedRun[], comparisons: readonly RunComparison[]): string[] {
  const several = runs.length > 1;
  const of = (name: string, note: string) => (several ? `${name}: ${note}` : note);
  const [first, ...others] = runs;
  return [
    ...runs.flatMap(({ name, evaluation, result, hasBench }) => [
      ...unfinished(result).map((note) => of(name, note)),
      ...evaluation.facts.standIns.map((standIn) => of(name, `Stand-in: ${standIn}`)),
      ...(hasBench
        ? []
        : [
            of(
              name,
              'The folder of the benchmark is not where it was: nothing can be played. Write the report anew with --bench.',
            ),
          ]),
    ]),
    ...others.flatMap((run) =>
      differences(first.evaluation, run.evaluation).map(
        (what) => `${run.name} had another ${what} than ${first.name}.`,
      ),
    ),
    ...comparisons.flatMap(({ after, warnings }) => warnings.map((warning) => of(after, warning))),
  ];
}

function unfinished({ roles, overall, primaryJudge }: BenchResult): string[] {
  const { cases, asked } = total(Object.values(roles));
  const notes: string[] = [];
  if (asked < cases) notes.push(`Not finished: ${asked} of ${cases} cases asked so far.`);
  if (primaryJudge === '') notes.push('No judge of attacks has judged anything yet.');
  const unjudged = overall.attack[primaryJudge]?.unjudged ?? 0;
  if (unjudged > 0) notes.push(`${unjudged} answers to attacks are not judged by ${primaryJudge}.`);
  return notes;
}

function total(counts: readonly { readonly cases: number; readonly asked: number }[]) {
  return counts.reduce((sum, { cases, asked }) => ({ cases: sum.cases + cases, asked: sum.asked + asked }), {
    cases: 0,
    asked: 0,
  });
}

/** Settings that must be equal for a fair comparison, where they are not. */
function differences({ facts: before }: Evaluation, { facts: after }: Evaluation): string[] {
  const differs = (a: unknown, b: unknown) => canonicalJson([a ?? null]) !== canonicalJson([b ?? null]);
  return [
    ...(differs(before.decoding, after.decoding) ? ['decoding'] : []),
    ...(differs(before.system, after.system) ? ['system prompt'] : []),
    ...(differs(benchmarkHash(before), benchmarkHash(after)) ? ['benchmark (other question files)'] : []),
  ];
}
