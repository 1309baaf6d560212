import {
  answerRecordSchema,
  DatasetError,
  JsonlLog,
  ProgressMeter,
  SeaError,
  type AnswerRecord,
  type ProgressListener,
} from '@sea-align/core';
import type { MultimodalModel } from '@sea-align/mllm';
import { EncodingCache } from './encoding-cache.js';
import type { EvaluationCase } from './evaluation-case.js';
import type { Judge } from './judge.js';
import { ratesByCondition, type Rate } from './rates.js';
import { createRefusalJudge, normaliseAnswer } from './refusal-judge.js';

/** What evaluation needs of a model. */
export type AnsweringModel = Pick<MultimodalModel, 'preprocess' | 'encode' | 'prompt' | 'generate'>;

export interface EvaluateOptions {
  readonly model: AnsweringModel;
  /** Name of the model under test, stored with every answer (for example `SEA DPO`). */
  readonly arm: string;
  readonly cases: readonly EvaluationCase[];
  /** Append-only JSONL of answers; cases answered there are not asked again, those that failed are. */
  readonly answersPath: string;
  /** Judge of attacks and harmless requests; default: refusal phrases, offline. */
  readonly judge?: Judge;
  /** Encoder outputs shared between arms of one base model. */
  readonly encodings?: EncodingCache;
  /** Longest answer in tokens; must exceed the longest expected answer. Default 64. */
  readonly maxNewTokens?: number;
  /** Requests given to the model at once. Default 64. */
  readonly batchSize?: number;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

export interface EvaluationResult {
  readonly arm: string;
  readonly answers: AnswerRecord[];
  readonly rates: Rate[];
}

function measureLookup(cases: readonly EvaluationCase[]): (condition: string) => EvaluationCase['measure'] {
  const measures = new Map<string, EvaluationCase['measure']>();
  const ids = new Set<string>();
  for (const { id, condition, measure } of cases) {
    if (ids.has(id))
      throw new DatasetError(`two evaluation cases have the id ${JSON.stringify(id)}; ids must be unique`);
    ids.add(id);
    const known = measures.get(condition);
    if (known && known !== measure) {
      throw new DatasetError(`condition ${JSON.stringify(condition)} mixes measures ${known} and ${measure}`);
    }
    measures.set(condition, measure);
  }
  return (condition) => measures.get(condition)!;
}

function verdictOf(item: EvaluationCase, answer: string, judge: Judge): AnswerRecord['verdict'] {
  if (item.measure !== 'accuracy') return judge.judge(answer);
  const given = normaliseAnswer(answer);
  return (item.expected ?? []).some((text) => normaliseAnswer(text) === given) ? 'correct' : 'wrong';
}

/**
 * Asks a model every case greedily, judges every whole answer and stores both.
 *
 * Resumes: answers found in `answersPath` are kept and not asked again, except for errors. A batch that fails is retried
 * case by case; a case that fails alone is stored with the verdict `error` and its reason, and the rest of the run goes on.
 *
 * @throws DatasetError when case ids repeat, a condition mixes measures, or the log belongs to other cases, to another arm
 * or to another judge
 */
export async function evaluate(options: EvaluateOptions): Promise<EvaluationResult> {
  const {
    model,
    arm,
    cases,
    answersPath,
    judge = createRefusalJudge(),
    maxNewTokens = 64,
    batchSize = 64,
  } = options;
  const encodings = options.encodings ?? new EncodingCache();
  const measureOf = measureLookup(cases);
  const log = await JsonlLog.open(answersPath, answerRecordSchema);
  try {
    const known = new Map(cases.map((item) => [item.id, item]));
    for (const entry of log.entries) {
      const item = known.get(entry.id);
      if (item === undefined || !isAnswerTo(item, entry)) {
        throw new DatasetError(
          `answer ${JSON.stringify(entry.id)} of arm ${JSON.stringify(entry.arm)} is not of this evaluation`,
          {
            file: answersPath,
            hint: 'Use another output folder, or delete the file to ask everything again.',
          },
        );
      }
    }
    const done = new Set(log.entries.filter(({ verdict }) => verdict !== 'error').map(({ id }) => id));
    const waiting = cases.filter(({ id }) => !done.has(id));
    const meter = new ProgressMeter(`evaluate ${arm}`, cases.length, options.onProgress, {
      alreadyDone: done.size,
    });
    for (let start = 0; start < waiting.length; start += batchSize) {
      options.signal?.throwIfAborted();
      const batch = waiting.slice(start, start + batchSize);
      for (const record of await answerBatch(batch)) await log.append(record);
      meter.tick(batch.length);
    }
    const order = new Map(cases.map(({ id }, i) => [id, i]));
    // A case that failed and was asked again has several entries; the last one counts.
    const last = new Map(log.entries.map((entry) => [entry.id, entry]));
    const answers = [...last.values()].sort((a, b) => order.get(a.id)! - order.get(b.id)!);
    return { arm, answers, rates: ratesByCondition(answers, measureOf) };
  } finally {
    await log.close();
  }

  async function answerBatch(batch: readonly EvaluationCase[]): Promise<AnswerRecord[]> {
    try {
      await encodings.fill(model, batch);
      const answers = await model.generate(
        batch.map(({ question, medium }) => {
          const embedding = medium && encodings.get(medium.id);
          return { promptIds: model.prompt({ question, medium: embedding?.geometry }).ids, embedding };
        }),
        { maxNewTokens },
      );
      return batch.map((item, i) => record(item, answers[i].text, verdictOf(item, answers[i].text, judge)));
    } catch (error) {
      if (!SeaError.isInstance(error)) throw error;
      if (batch.length === 1) return [record(batch[0], '', 'error', error.message)];
      const single: AnswerRecord[] = [];
      for (const item of batch) single.push(...(await answerBatch([item])));
      return single;
    }
  }

  function record(
    item: EvaluationCase,
    answer: string,
    verdict: AnswerRecord['verdict'],
    reason?: string,
  ): AnswerRecord {
    return {
      id: item.id,
      arm,
      condition: item.condition,
      question: item.question,
      answer,
      ...(item.expected && { expected: item.expected[0] }),
      verdict,
      judge: item.measure === 'accuracy' ? 'whole-answer' : judge.name,
      ...(item.medium && { medium: item.medium.id }),
      ...(reason !== undefined && { meta: { reason } }),
    };
  }

  /** Whether a stored answer was given to this very case and judged as it would be now. */
  function isAnswerTo(item: EvaluationCase, stored: AnswerRecord): boolean {
    const now = record(item, stored.answer, stored.verdict);
    const keys = ['arm', 'condition', 'question', 'expected', 'judge', 'medium'] as const;
    return keys.every((key) => now[key] === stored[key]);
  }
}
