import { relative, resolve, sep } from 'node:path';
import { RunFolderError } from '@sea-align/core';
import {
  readEvaluation,
  type BenchJudge,
  type EvaluationFacts,
  type JudgeFacts,
  type Target,
} from '@sea-align/evaluation';

/** The way from one folder to another, with `/`; absolute where there is no relative one (another drive). */
export function wayTo(from: string, to: string): string {
  const way = relative(resolve(from), resolve(to));
  return way === '' ? '.' : way.split(sep).join('/');
}

/** What earlier sessions said of the run in a folder; undefined if there was none. */
export async function earlierFacts(folder: string): Promise<EvaluationFacts | undefined> {
  try {
    return (await readEvaluation(folder)).facts;
  } catch (error) {
    if (RunFolderError.isInstance(error) && error.code === 'SEA_NO_EVALUATION') return undefined;
    throw error;
  }
}

/** The judges of this session first, then those of earlier ones, whose verdicts still count. */
export function judgeFacts(judges: readonly BenchJudge[], earlier: readonly JudgeFacts[] = []): JudgeFacts[] {
  const now = judges.map((judge) => ({
    name: judge.name,
    promptHash: judge.promptHash,
    roles: [...judge.roles],
    settings: judge.describe(),
  }));
  return [...now, ...earlier.filter(({ name }) => !now.some((judge) => judge.name === name))];
}

/** Throws RunFolderError if the weights are not those that the run's answers are from. */
export function refuseOtherWeights(target: Target, earlier: EvaluationFacts | undefined): void {
  const [before, now] = [earlier?.target.modelHash, target.describe().modelHash];
  if (before === undefined || now === undefined || before === now) return;
  throw new RunFolderError(
    `${target.name} has other weights than the model that this run has asked so far.`,
    {
      code: 'SEA_RUN_FOLDER_CONFIG',
      hint: 'Choose another --out, or start anew with --force.',
    },
  );
}
