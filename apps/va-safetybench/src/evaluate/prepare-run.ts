import { resolve } from 'node:path';
import { checkRunFolder, ConfigError, type RunFolderOptions } from '@sea-align/core';
import {
  casesOfRun,
  evaluationClaim,
  planEvaluation,
  type BenchCase,
  type Decoding,
  type EvaluationFacts,
  type EvaluationPlan,
  type Target,
} from '@sea-align/evaluation';
import type { LeftOut } from '../source/test-case.js';
import type { Judges } from './create-judges.js';
import type { TargetKind } from './kinds.js';
import { identityOf } from './evaluate-settings.js';
import { readBench, type Bench } from './read-bench.js';
import { refuseOtherFolder } from './refuse-other-folder.js';
import { earlierFacts, judgeFacts, wayTo } from './run-facts.js';
import {
  selectBenchCases,
  splitByModality,
  type BenchSelection,
  type NotAsked,
} from './select-bench-cases.js';

export interface RunRequest extends BenchSelection {
  readonly bench: string;
  readonly phrases?: string;
  readonly out: string;
  readonly name?: string;
  readonly maxNewTokens: number;
  readonly temperature: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly system?: string;
  readonly maxCost?: number;
  readonly force?: boolean;
}

/** All that is known before anything is asked or written. */
export interface PreparedRun {
  readonly folder: string;
  readonly claim: RunFolderOptions;
  /** Of the folder after this session, those of earlier ones among them. */
  readonly allCases: readonly BenchCase[];
  /** To be asked and judged by this session. */
  readonly cases: readonly BenchCase[];
  readonly notAsked: readonly NotAsked[];
  readonly leftOut: readonly LeftOut[];
  readonly notes: readonly string[];
  readonly facts: EvaluationFacts;
  readonly earlier?: EvaluationFacts;
  readonly decoding: Decoding;
  /** What the answers depend on besides question, medium, system prompt and decoding. */
  readonly identity: unknown;
  readonly plan: EvaluationPlan;
}

/**
 * Reads the benchmark and finds out what a run would do. Writes nothing and asks nothing. Throws ConfigError for what cannot
 * be asked, RunFolderError where the folder belongs to another run, DatasetError for a broken benchmark.
 */
export async function prepareRun(
  request: RunRequest,
  { kind, target, judges: { judges, remote } }: { kind: TargetKind; target: Target; judges: Judges },
): Promise<PreparedRun> {
  const folder = resolve(request.out);
  await refuseOtherFolder(folder, resolve(request.bench));
  const bench = await readBench(resolve(request.bench), request.phrases);
  const { selected, own } = selectBenchCases(bench.cases, request);
  const { askable, notAsked } = splitByModality(selected, target);
  const { maxNewTokens, temperature, topP, seed, system, force = false } = request;
  const decoding = { maxNewTokens, temperature, ...(topP && { topP }), ...(seed !== undefined && { seed }) };
  const identity = { ...identityOf(target.describe()), systemPrompt: target.systemPrompt ?? null };
  const claim = evaluationClaim({ format: 1, target: identity, system: system ?? null, decoding }, force);
  await checkRunFolder(folder, claim);
  const earlier = force ? undefined : await earlierFacts(folder);
  const askableNow = new Set(askable);
  const cases = own.filter((item) => askableNow.has(item));
  const plan = await planEvaluation({
    cases,
    target,
    judges,
    benchFolder: bench.root,
    decoding,
    system,
    identity,
    ...(!force && { folder }),
  });
  if (request.maxCost !== undefined) refuseUnknownPrices(plan, kind === 'server', remote);
  const { tasks, scenarios, roles, limit, shard } = request;
  return {
    folder,
    claim,
    allCases: force ? askable : await casesOfRun(folder, bench.cases, askable),
    cases,
    notAsked,
    leftOut: leftOutOf(bench, selected, request),
    notes: bench.notes,
    facts: {
      name: request.name ?? target.name,
      bench: wayTo(folder, bench.root),
      questionFiles: [...bench.questionFiles],
      target: target.describe(),
      modalities: [...target.modalities],
      ...((system ?? target.systemPrompt) !== undefined && { system: system ?? target.systemPrompt }),
      decoding,
      judges: judgeFacts(judges, earlier?.judges),
      selection: { tasks, scenarios, roles, limit, shard },
      notAsked: [...notAsked],
      standIns: bench.standIns.filter((line) => selected.some(({ task }) => line.startsWith(`${task} `))),
    },
    earlier,
    decoding,
    identity,
    plan,
  };
}

/** Of what the benchmark lacks, what was asked for. */
function leftOutOf(
  bench: Bench,
  selected: readonly BenchCase[],
  { tasks, limit }: BenchSelection,
): LeftOut[] {
  const scenarios = new Set(selected.map(({ scenario }) => scenario));
  const chosen = new Set(selected.map(({ task }) => task));
  return bench.leftOut.filter(
    ({ scenario, task }) =>
      limit === undefined &&
      scenarios.has(scenario ?? '') &&
      (tasks === undefined || task === undefined || chosen.has(task)),
  );
}

/** Throws ConfigError where a budget cannot be kept to. */
export function refuseUnknownPrices(
  plan: EvaluationPlan,
  remoteTarget: boolean,
  remoteJudges: readonly string[],
): void {
  const unknown = [
    ...(remoteTarget && plan.target !== undefined && plan.target.spend === undefined ? ['target'] : []),
    ...plan.judges.flatMap(({ name, estimate }) =>
      remoteJudges.includes(name) && estimate !== undefined && estimate.spend === undefined ? ['judge'] : [],
    ),
  ];
  if (unknown.length === 0) return;
  throw new ConfigError('--max-cost needs to know the prices.', {
    hint: [...new Set(unknown)]
      .map((who) => `--set '${who}.price={"inputPerMillion": 0.15, "outputPerMillion": 0.6}'`)
      .join(' and '),
  });
}
