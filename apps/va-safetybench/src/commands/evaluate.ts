import { join, resolve } from 'node:path';
import { ConfigError, openRunFolder, type CommandContext } from '@sea-align/core';
import {
  evaluationFiles,
  planEvaluation,
  readEvaluation,
  refuseRunning,
  writeCases,
  type BenchmarkRun,
  type BenchResult,
  type EvaluationFacts,
  type EvaluationPlan,
  type Target,
} from '@sea-align/evaluation';
import { createJudges, type Judges } from '../evaluate/create-judges.js';
import { createTarget } from '../evaluate/create-target.js';
import type { TargetKind } from '../evaluate/kinds.js';
import { parseEvaluateSettings, type EvaluateSettings } from '../evaluate/evaluate-settings.js';
import { notAskedText, planText, resultText, spendList } from '../evaluate/evaluate-text.js';
import { prepareRun, refuseUnknownPrices } from '../evaluate/prepare-run.js';
import { requireKeys } from '../evaluate/require-keys.js';
import { judgeFacts } from '../evaluate/run-facts.js';
import { runSession } from '../evaluate/run-session.js';
import { selectBenchCases, type NotAsked } from '../evaluate/select-bench-cases.js';
import type { LeftOut } from '../source/test-case.js';

export interface EvaluateOptions {
  readonly bench?: string;
  readonly phrases?: string;
  readonly model?: string;
  readonly target?: TargetKind;
  readonly adapter?: string;
  readonly judge: readonly string[];
  readonly name?: string;
  readonly out: string;
  readonly tasks?: readonly string[];
  readonly scenarios?: readonly string[];
  readonly roles?: readonly string[];
  readonly limit?: number;
  readonly shard?: string;
  readonly maxNewTokens: number;
  readonly temperature: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly system?: string;
  readonly concurrency?: number;
  readonly requestsPerMinute?: number;
  readonly maxCost?: number;
  readonly set: readonly string[];
  readonly dryRun?: boolean;
  readonly rejudge?: boolean;
  readonly force?: boolean;
}

export interface EvaluateResult {
  readonly out: string;
  readonly name: string;
  /** Questions asked by this session; of them failed. */
  readonly asked: number;
  readonly answerErrors: number;
  readonly judgeErrors: number;
  readonly notAsked: readonly NotAsked[];
  readonly leftOut: readonly LeftOut[];
  readonly stopped?: 'budget';
  readonly spend: BenchmarkRun['spend'];
  readonly result: BenchResult;
}

/** A dry run. */
export interface DryRun {
  readonly dryRun: true;
  readonly plan: EvaluationPlan;
  readonly notAsked: readonly NotAsked[];
  readonly leftOut: readonly LeftOut[];
}

/** Whether nothing is left that the same command would try again. */
export function isDone({ answerErrors, judgeErrors, stopped }: EvaluateResult): boolean {
  return answerErrors === 0 && judgeErrors === 0 && stopped === undefined;
}

/** `va-safetybench evaluate`: the plan with `dryRun`, else the figures. */
export async function evaluate(
  options: EvaluateOptions,
  context: CommandContext,
): Promise<EvaluateResult | DryRun> {
  const settings = parseEvaluateSettings(options.set);
  const judges = createJudges({ judges: options.judge, settings: settings.judge });
  try {
    if (options.rejudge) return await rejudge(options, { judges, settings }, context);
    const { kind, target } = await createTarget({ ...options, settings: settings.target });
    try {
      return await evaluateTarget(options, { kind, target, judges, settings }, context);
    } finally {
      await target.close();
    }
  } finally {
    for (const judge of judges.judges) await judge.close();
  }
}

interface Parts {
  readonly kind: TargetKind;
  readonly target: Target;
  readonly judges: Judges;
  readonly settings: EvaluateSettings;
}

async function evaluateTarget(
  options: EvaluateOptions,
  parts: Parts,
  context: CommandContext,
): Promise<EvaluateResult | DryRun> {
  const { say } = context;
  const { bench, shard, concurrency, requestsPerMinute, maxCost, system } = options;
  if (bench === undefined) {
    throw new ConfigError('--bench is missing.', { hint: 'The --out folder of `va-safetybench build`.' });
  }
  const prepared = await prepareRun({ ...options, bench }, parts);
  const { folder, notAsked, leftOut, plan } = prepared;
  if (!options.dryRun) await refuseRunning(folder, options.force ? 'all' : { shard });
  if (options.dryRun) say(`Dry run: nothing is asked, nothing written.`);
  for (const line of [...planText(plan), ...notAskedText(notAsked, leftOut), ...prepared.notes]) say(line);
  if (options.dryRun) return { dryRun: true, plan, notAsked, leftOut };
  requireKeys(plan, parts.settings);
  await openRunFolder(folder, prepared.claim);
  await writeCases(folder, prepared.allCases);
  const { cases, decoding, identity, facts, earlier } = prepared;
  const run = {
    ...{ cases, decoding, identity, system, shard, concurrency, requestsPerMinute, maxCost },
    target: parts.target,
    judges: parts.judges.judges,
    benchFolder: resolve(bench),
  };
  const session = await runSession({ folder, facts, earlier, run }, context);
  return finish({ folder, facts, notAsked, leftOut, ...session }, context);
}

/** Judges the answers that are in the folder, of the benchmark as it was asked; needs neither it nor the model. */
async function rejudge(
  options: EvaluateOptions,
  { judges: { judges, remote }, settings }: Pick<Parts, 'judges' | 'settings'>,
  context: CommandContext,
): Promise<EvaluateResult | DryRun> {
  const folder = resolve(options.out);
  const evaluation = await readEvaluation(folder);
  const { facts: earlier } = evaluation;
  const { own: cases } = selectBenchCases(evaluation.cases, options);
  const facts = {
    ...earlier,
    name: options.name ?? earlier.name,
    judges: judgeFacts(judges, earlier.judges),
  };
  const decoding = earlier.decoding ?? {
    maxNewTokens: options.maxNewTokens,
    temperature: options.temperature,
  };
  const asking = { benchFolder: folder, decoding, identity: null };
  const plan = await planEvaluation({ ...asking, cases, judges, folder });
  if (options.maxCost !== undefined) refuseUnknownPrices(plan, false, remote);
  if (!options.dryRun) await refuseRunning(folder, { shard: options.shard });
  for (const line of planText(plan)) context.say(line);
  const nothing = { notAsked: earlier.notAsked, leftOut: [] };
  if (options.dryRun) return { dryRun: true, plan, ...nothing };
  requireKeys(plan, settings);
  const { shard, maxCost } = options;
  const session = await runSession(
    { folder, facts, earlier, run: { ...asking, cases, judges, shard, maxCost } },
    context,
  );
  return finish({ folder, facts, ...nothing, ...session }, context);
}

interface Finished {
  readonly folder: string;
  readonly facts: EvaluationFacts;
  readonly notAsked: readonly NotAsked[];
  readonly leftOut: readonly LeftOut[];
  readonly run: BenchmarkRun;
  readonly result: BenchResult;
}

function finish(
  { folder, facts, notAsked, leftOut, run, result }: Finished,
  { say }: CommandContext,
): EvaluateResult {
  const { asked, answerErrors, judgeErrors, stopped, spend } = run;
  for (const line of ['', ...resultText(result)]) say(line);
  if (spend.length > 0) say(`Spent in all: ${spendList(spend)}.`);
  const errors = [
    ...(answerErrors > 0 ? [`${answerErrors} questions got no answer`] : []),
    ...(judgeErrors > 0 ? [`${judgeErrors} judgements failed`] : []),
  ];
  if (errors.length > 0) say(`${errors.join(', ')}: counted apart. The same command tries them again.`);
  if (stopped === 'budget') {
    say('Stopped before --max-cost was passed. The same command with a higher one goes on.');
  }
  say(`Report: ${join(folder, `${evaluationFiles.report}.html`)}`);
  return {
    ...{ out: folder, name: facts.name, asked, answerErrors, judgeErrors, notAsked, leftOut },
    ...(stopped && { stopped }),
    ...{ spend, result },
  };
}
