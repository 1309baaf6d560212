import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { learningRateSchedule } from '@sea-align/compute';
import {
  canonicalJson,
  openRunFolder,
  pending,
  ProgressMeter,
  sha256,
  type PreparedSample,
  type ProgressListener,
} from '@sea-align/core';
import type { MultimodalModel, PackedScorerOptions } from '@sea-align/mllm';
import { EmbeddingStore, type NewEmbeddingRecord } from './embedding-store.js';
import { groupBy } from './group-by.js';
import { embeddingScale, initialEmbedding } from './initial-embedding.js';
import { Member, type MemberOptions } from './member.js';
import { resolveOptimizeOptions, type OptimizeOptions, type OptimizeOptionsInput } from './options.js';
import { runSlots, type EmbeddingScorer } from './slots.js';
import { readSummary, summarise, summaryFile, writeSummary, type OptimizeSummary } from './summary.js';
import {
  planTasks,
  questionBeforeMedium,
  sameIds,
  taskRng,
  tokeniseControls,
  type EmbeddingTask,
  type TokenisedControls,
} from './task.js';
import { verifyEmbeddings, type Verification } from './verify.js';

/** What optimisation needs of a model. */
export type OptimizableModel = Pick<
  MultimodalModel,
  'hash' | 'geometry' | 'blankMedium' | 'encode' | 'prompt' | 'answerIds' | 'generate'
>;

/** What a scorer is made for. */
export interface ScorerRequest extends Pick<PackedScorerOptions, 'gradientCheckpointing' | 'onLayer'> {
  /** Tokens before the medium, the same for all control samples. */
  prefixIds: number[];
  batchSize: number;
  /** Control samples per embedding. */
  branches: number;
}

export type ScorerFactory = (request: ScorerRequest) => Promise<EmbeddingScorer>;

export interface OptimizationRun {
  model: OptimizableModel;
  samples: readonly PreparedSample[];
  createScorer: ScorerFactory;
  out: string;
  options?: OptimizeOptionsInput;
  seed?: number | string;
  resume?: boolean;
  force?: boolean;
  onProgress?: ProgressListener;
  signal?: AbortSignal;
}

/** A task ready to be scored. */
interface ReadyTask extends EmbeddingTask {
  tokens: TokenisedControls;
}

/** `optimizeEmbeddings` for any model and scorer. */
export async function runOptimization(run: OptimizationRun): Promise<OptimizeSummary> {
  const { model, samples, seed = 0, signal } = run;
  const options = resolveOptimizeOptions(run.options);
  const tasks = planTasks(samples, { seed, ...options });
  const folder = await openRunFolder(run.out, {
    config: runConfig(model, samples, options, seed),
    resume: run.resume,
    force: run.force,
  });
  const { rows, width } = model.geometry;
  const store = await EmbeddingStore.open(folder.path, {
    shape: [rows, width],
    perShard: Math.max(1, Math.floor(options.shardBytes / (4 * rows * width))),
    metadata: { format: 'sea-embeddings/1', model: model.hash },
  });
  try {
    const left = pending(
      tasks,
      store.records.map((record) => record.id),
    );
    const earlier = left.length === 0 ? await readSummary(folder.path) : undefined;
    if (earlier) return earlier;
    // From here on the folder is not complete, whatever an earlier session wrote.
    await rm(join(folder.path, summaryFile), { force: true });
    const started = performance.now();
    await optimiseTasks(left, store, run, options, tasks.length - left.length);
    signal?.throwIfAborted();
    await store.seal();
    const seconds = (performance.now() - started) / 1000;
    const session = { embeddings: left.length, seconds };
    const summary = summarise(store.records, { model: model.hash, shape: [rows, width], session });
    await writeSummary(folder.path, summary);
    return summary;
  } finally {
    await store.close();
  }
}

/** What decides the results. Batch size and checkpointing do not, so a run may be resumed with others. */
function runConfig(
  model: OptimizableModel,
  samples: readonly PreparedSample[],
  { batchSize: _, gradientCheckpointing: __, ...options }: OptimizeOptions,
  seed: number | string,
): unknown {
  const contents = samples
    .map(({ id, phrase, sentence, controls, verification }) => ({
      id,
      phrase,
      sentence,
      controls,
      verification,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    stage: 'optimize',
    model: model.hash,
    seed: String(seed),
    options,
    samples: sha256(canonicalJson(contents)),
  };
}

async function optimiseTasks(
  left: readonly EmbeddingTask[],
  store: EmbeddingStore,
  run: OptimizationRun,
  options: OptimizeOptions,
  alreadyDone: number,
): Promise<void> {
  const { model, signal } = run;
  if (left.length === 0) return;
  const meter = new ProgressMeter('optimize', alreadyDone + left.length, run.onProgress, { alreadyDone });
  const [blank] = await model.encode([await model.blankMedium()]);
  const memberOptions = optionsOfMembers(options, embeddingScale(blank.values));
  const noise = (task: EmbeddingTask) => taskRng(run.seed ?? 0, task.id).fork('noise');
  const record = async (members: readonly Member[]) => {
    for (const [member, verification] of await verifyMembers(model, members, options)) {
      await store.add(recordOf(member, verification), member.best.embedding.values);
      const diverged = member.stopped === 'diverged' ? { message: `${member.task.id} diverged` } : {};
      meter.tick(1, { ...diverged, metrics: { loss: member.best.loss, steps: member.steps } });
    }
  };
  for (const lane of lanes(
    left.map((task) => ({ ...task, tokens: tokeniseControls(model, task.controls) })),
  )) {
    const { prefixIds, branches } = lane[0].tokens;
    const batchSize = Math.min(options.batchSize, lane.length);
    const scorer = await run.createScorer({
      prefixIds,
      batchSize,
      branches: branches.length,
      gradientCheckpointing: options.gradientCheckpointing,
      onLayer: ({ pass, layer, layers }) =>
        meter.tick(0, { message: `${pass}, layer ${layer + 1} of ${layers}` }),
    });
    const members = (function* () {
      for (const task of lane) {
        yield new Member(
          task,
          // A scorer keeps what it feeds for as long as this list is there: one of the member's own goes with it.
          [...task.tokens.branches],
          initialEmbedding(blank, options.noise, noise(task)),
          memberOptions,
        );
      }
    })();
    // Stopped members wait until there is a batch of them: generating for one costs nearly as much as for many.
    let stopped: Member[] = [];
    try {
      for await (const leaving of runSlots(members, {
        scorer,
        batchSize,
        signal,
        onStep: reportStep(meter),
      })) {
        stopped.push(...leaving);
        if (stopped.length < batchSize) continue;
        await record(stopped);
        stopped = [];
      }
      await record(stopped);
    } finally {
      await scorer.release();
    }
    if (signal?.aborted) return;
  }
}

/**
 * A scorer's graph has a fixed number of branches per row, so tasks with equally many run together; within a lane the
 * longest first, as members of like length share a session without padding.
 */
function lanes(tasks: readonly ReadyTask[]): ReadyTask[][] {
  if (tasks.some((task) => !sameIds(task.tokens.prefixIds, tasks[0].tokens.prefixIds)))
    throw questionBeforeMedium();
  const length = (task: ReadyTask) =>
    task.tokens.branches.reduce(
      (sum, { promptIds, targetIds }) => sum + promptIds.length + targetIds.length,
      0,
    );
  const sorted = [...tasks].sort((a, b) => length(b) - length(a));
  return [...groupBy(sorted, (task) => task.tokens.branches.length).values()];
}

/** @param scale unit of learning rate and clipping, in units of the encoder output */
function optionsOfMembers(options: OptimizeOptions, scale: number): MemberOptions {
  const { beta1, beta2, epsilon, steps, stop, clipNorm } = options;
  const learningRate = options.learningRate * scale;
  return {
    stop: { steps, ...stop },
    adam: { learningRate, beta1, beta2, eps: epsilon },
    learningRate: learningRateSchedule({
      kind: options.schedule,
      warmupSteps: options.warmupSteps,
      totalSteps: steps,
      base: learningRate,
      min: options.minLearningRate * scale,
    }),
    // d/d(E / scale) = scale * d/dE
    clipNorm: clipNorm === null ? null : clipNorm / scale,
  };
}

function reportStep(meter: ProgressMeter): (active: readonly Member[]) => void {
  return (active) => {
    const finite = active.flatMap((member) => member.lossCurve.slice(-1)).filter(Number.isFinite);
    const loss = finite.reduce((sum, value) => sum + value, 0) / Math.max(1, finite.length);
    meter.tick(0, { metrics: { loss, active: active.length } });
  };
}

/** Verifies those that did not diverge, in one batch. */
async function verifyMembers(
  model: OptimizableModel,
  members: readonly Member[],
  options: OptimizeOptions,
): Promise<[Member, Verification][]> {
  const asked = options.verify.enabled ? members.filter((member) => member.stopped !== 'diverged') : [];
  const embeddings = asked.map(({ task, best }) => ({
    questions: task.questions,
    embedding: best.embedding,
  }));
  const verifications = asked.length > 0 ? await verifyEmbeddings(model, embeddings, options.verify) : [];
  const found = new Map(asked.map((member, index) => [member, verifications[index]]));
  return members.map((member) => [member, found.get(member) ?? unverified(member)]);
}

function unverified(member: Member): Verification {
  const reason =
    member.stopped === 'diverged'
      ? `diverged: loss or gradient was NaN or infinite after ${member.steps} steps`
      : 'verification was turned off';
  return { verified: false, answers: [], reason };
}

function recordOf(member: Member, verification: Verification): NewEmbeddingRecord {
  const { task, best } = member;
  const byRole = groupBy(best.branchLosses, (branch) => branch.role);
  const losses = [...byRole].map(
    ([role, branches]) =>
      [role, branches.reduce((sum, { loss }) => sum + loss, 0) / branches.length] as const,
  );
  return {
    id: task.id,
    sampleId: task.sample.id,
    geometry: best.embedding.geometry.key,
    steps: member.steps,
    stopped: member.stopped ?? 'max-steps',
    loss: best.loss,
    losses: Object.fromEntries(losses),
    lossCurve: member.lossCurve,
    verified: verification.verified,
    verification: verification.answers,
    ...(verification.reason === undefined ? {} : { reason: verification.reason }),
    seed: task.seed,
  };
}
