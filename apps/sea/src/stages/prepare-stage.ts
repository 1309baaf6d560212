import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createOpenAIChat } from '@sea-align/chat';
import { preparedSampleSchema, readJsonl, Rng, writeFileAtomic, type PreparedSample } from '@sea-align/core';
import {
  createLlmExtractor,
  createOfflineExtractor,
  habitsFor,
  habitsSchema,
  prepare,
  probeTargetModel,
  type HabitOverrides,
  type Habits,
  type PhraseExtractor,
  type PrepareSummary,
} from '@sea-align/data-prep';
import type { MediaSource, MultimodalModel } from '@sea-align/mllm';
import { probeSet, textSafetyFile, toyLexicon, worldOf } from '@sea-align/tiny-models';
import { z } from 'zod';
import type { DatasetSettings, PrepareSettings } from '../recipe/recipe-schema.js';
import { toyModality } from './embedded-models.js';
import type { StageContext } from './stage-context.js';

export interface PrepareStage extends StageContext {
  readonly data: readonly DatasetSettings[];
  readonly settings: PrepareSettings;
  /** Probed for its habits of speech; without it the defaults and overrides are used. */
  readonly model?: MultimodalModel;
  /** What the model is used for; a dry run has no model to ask. */
  readonly modality: string;
  readonly seed: number;
  /** Folder for prepared.jsonl, rejected.jsonl, habits.json and the answer cache. */
  readonly out: string;
  /** What relative paths are relative to. */
  readonly base: string;
  readonly shard?: string;
  readonly dryRun?: boolean;
  /** Forget what was prepared in `out` before. */
  readonly force?: boolean;
}

export interface PrepareStageResult {
  readonly habits: Habits;
  readonly datasets: readonly PrepareSummary[];
}

/** Path of a dataset by name or path. */
export function datasetFile(input: string, base: string): string {
  return input === 'toy' ? textSafetyFile() : path.resolve(base, input);
}

function createExtractor({ extractor }: PrepareSettings, out: string, base: string): PhraseExtractor {
  if (extractor.kind === 'offline') {
    return createOfflineExtractor(extractor.lexicon === 'toy' ? { lexicon: toyLexicon } : {});
  }
  const { kind: _, ...options } = extractor;
  const { cacheDir, ...server } = options;
  const cache = cacheDir === undefined ? path.join(out, 'answers') : path.resolve(base, cacheDir);
  return createLlmExtractor({ chat: createOpenAIChat({ ...server, cacheDir: cache }) });
}

async function probeMedia(
  { probeMedia }: PrepareSettings,
  base: string,
  modality: string,
): Promise<MediaSource[]> {
  if (probeMedia !== 'toy') return probeMedia.map((file) => path.resolve(base, file));
  const known = toyModality(modality);
  return Promise.all(probeSet({}, known).scenes.map((scene) => worldOf(known).render(scene)));
}

/** What is known of the model's habits: as set, and for the toy world the questions that its models were taught. */
function knownHabits({ probeMedia, habits }: PrepareSettings, modality: string): HabitOverrides | undefined {
  if (probeMedia !== 'toy' || habits?.verification) return habits;
  const questions = [...probeSet({}, toyModality(modality)).verificationQuestions];
  return { ...habits, verification: { activity: questions, product: questions } };
}

/** Folder of one of several datasets: the only one has the stage's folder to itself. */
function folderOf(stage: Pick<PrepareStage, 'data' | 'out'>, index: number): string {
  return stage.data.length === 1 ? stage.out : path.join(stage.out, `dataset-${index + 1}`);
}

/**
 * The habits that an earlier session in `out` found: a dry run has no model to ask. None where the file is damaged: the
 * session that is planned asks anew and replaces it.
 */
async function earlierHabits(out: string): Promise<Habits | undefined> {
  const text = await readFile(path.join(out, 'habits.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return z.object({ habits: habitsSchema }).parse(JSON.parse(text)).habits;
  } catch {
    return undefined;
  }
}

/** Stage 1: finds out how the model speaks, then prepares every dataset. With `dryRun`, only says what it would take. */
export async function prepareStage(stage: PrepareStage): Promise<PrepareStageResult> {
  const { settings, model, out, base, seed, onProgress, signal, shard, dryRun, force } = stage;
  const modality = model?.modality ?? stage.modality;
  const overrides = knownHabits(settings, modality);
  const probed =
    model && settings.probe
      ? await probeTargetModel(model, { media: await probeMedia(settings, base, modality), overrides })
      : undefined;
  const earlier = dryRun && !force ? await earlierHabits(out) : undefined;
  const habits = probed?.habits ?? earlier ?? habitsFor(modality, overrides);
  const habitsStandIn = settings.probe && probed === undefined && earlier === undefined;
  if (!dryRun) {
    const report = { habits, asked: probed?.asked ?? [] };
    await writeFileAtomic(path.join(out, 'habits.json'), `${JSON.stringify(report, null, 2)}\n`);
  }
  const extractor = createExtractor(settings, out, base);
  const datasets: PrepareSummary[] = [];
  for (const [index, { input, format, harmful, limit }] of stage.data.entries()) {
    datasets.push(
      await prepare({
        input: datasetFile(input, base),
        format,
        harmful,
        limit,
        shard,
        out: folderOf(stage, index),
        extractor,
        habits,
        habitsStandIn,
        rng: new Rng(seed).fork('prepare').fork(index),
        stylesPerSample: settings.stylesPerSample,
        dryRun,
        force,
        onProgress,
        signal,
      }),
    );
  }
  return { habits, datasets };
}

/** Prepared samples of one or several files; with several, ids are told apart by the file's number. */
export async function readPrepared(files: readonly string[]): Promise<PreparedSample[]> {
  const samples: PreparedSample[] = [];
  for (const [index, file] of files.entries()) {
    for await (const { value } of readJsonl(file, preparedSampleSchema)) {
      samples.push(files.length === 1 ? value : { ...value, id: `${index + 1}-${value.id}` });
    }
  }
  return samples;
}
