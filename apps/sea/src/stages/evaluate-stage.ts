import { access } from 'node:fs/promises';
import path from 'node:path';
import { DatasetError, readJsonl, safeFileName, writeFileAtomic } from '@sea-align/core';
import {
  evaluate,
  type EncodingCache,
  type EvaluationCase,
  type EvaluationResult,
} from '@sea-align/evaluation';
import type { MultimodalModel } from '@sea-align/mllm';
import { z } from 'zod';
import type { ShowMedium } from '../experiment/report-examples.js';
import { toySuite } from '../experiment/toy-suite.js';
import type { EvaluateSettings } from '../recipe/recipe-schema.js';
import { toyModality } from './embedded-models.js';
import { showCase } from './show-case.js';
import type { StageContext } from './stage-context.js';

/** A line of a cases file. */
const caseSchema = z.strictObject({
  id: z.string().min(1),
  condition: z.string().min(1),
  measure: z.enum(['attack', 'benign', 'accuracy']),
  question: z.string().min(1),
  /** Image, video or sound file, relative to the cases file; `image` is its older name. */
  medium: z.string().min(1).optional(),
  image: z.string().min(1).optional(),
  expected: z.array(z.string()).min(1).optional(),
});

/** Renderings of each toy concept that `cases: toy` asks about. */
const toyRenderings = 4;
/** Side of toy pictures and clips in a report, in pixels. */
const toyPixels = 128;

export interface CaseList {
  readonly cases: readonly EvaluationCase[];
  /** Their media for a report. */
  readonly show: ShowMedium;
}

export interface CaseSource {
  /** JSONL file, or `toy`. */
  readonly cases: string;
  /** What a relative path is relative to. */
  readonly base: string;
  readonly seed: number;
  /** In which the toy world is shown. */
  readonly modality: string;
}

/**
 * Reads the cases of a file, or renders the toy world's.
 * @throws DatasetError for a faulty line, a medium that is not there, a file without cases; ConfigError for toy cases of a
 * modality that the toy world does not have
 */
export async function readCases({ cases, base, seed, modality }: CaseSource): Promise<CaseList> {
  if (cases === 'toy') {
    const options = {
      split: 'test',
      seed,
      perConcept: toyRenderings,
      modality: toyModality(modality),
    } as const;
    const suite = await toySuite(options);
    return { cases: suite.cases, show: ({ id }) => suite.show(id, toyPixels) };
  }
  const file = path.resolve(base, cases);
  const list: EvaluationCase[] = [];
  const lineOf = new Map<string, number>();
  const measureOf = new Map<string, EvaluationCase['measure']>();
  for await (const { value, line } of readJsonl(file, caseSchema)) {
    const fault = (field: string, message: string, cause?: unknown) =>
      new DatasetError(message, { file, line, field, cause });
    const { image, medium = image, ...rest } = value;
    const earlier = lineOf.get(rest.id);
    if (earlier !== undefined)
      throw fault('id', `${JSON.stringify(rest.id)} stands already on line ${earlier}`);
    lineOf.set(rest.id, line);
    const measure = measureOf.get(rest.condition) ?? rest.measure;
    if (measure !== rest.measure) {
      throw fault(
        'measure',
        `the condition ${JSON.stringify(rest.condition)} has measured ${measure} before`,
      );
    }
    measureOf.set(rest.condition, measure);
    if (rest.measure === 'accuracy' && rest.expected === undefined) {
      throw fault('expected', 'accuracy needs the expected answers, as a list');
    }
    if (medium === undefined) {
      list.push(rest);
      continue;
    }
    const data = path.resolve(path.dirname(file), medium);
    // Now, and not when the model has answered half of the cases.
    await access(data).catch((cause: unknown) => {
      throw fault(image === undefined ? 'medium' : 'image', `there is no file ${data}`, cause);
    });
    list.push({ ...rest, medium: { id: medium, data } });
  }
  if (list.length === 0) throw new DatasetError('holds no cases', { file });
  return { cases: list, show: showCase };
}

export interface EvaluateStage extends StageContext {
  readonly model: MultimodalModel;
  readonly arm: string;
  readonly cases: readonly EvaluationCase[];
  readonly settings: Pick<EvaluateSettings, 'maxNewTokens' | 'batchSize'>;
  readonly out: string;
  readonly encodings?: EncodingCache;
}

/** Evaluates one model; answers go to `<arm>.jsonl`, rates to `<arm>.rates.json`. */
export async function evaluateStage(stage: EvaluateStage): Promise<EvaluationResult> {
  const { out, settings, ...rest } = stage;
  const { maxNewTokens, batchSize } = settings;
  const name = safeFileName(stage.arm);
  const answersPath = path.join(out, `${name}.jsonl`);
  const result = await evaluate({ ...rest, maxNewTokens, batchSize, answersPath });
  await writeFileAtomic(path.join(out, `${name}.rates.json`), `${JSON.stringify(result.rates, null, 2)}\n`);
  return result;
}
