import type { MultimodalModel } from '@sea-align/mllm';

import {
  captionCases,
  dangerCases,
  mediumRequestCases,
  styleCases,
  textRequestCases,
  traitCases,
  type CaseOptions,
  type ToyCase,
} from '../data/evaluation-cases.js';
import { sameAnswer } from '../grammar/normalise.js';
import type { ToyModality } from '../world/modality.js';
import type { World } from '../world/world.js';

/** Longest answer plus room to go wrong. */
const maxNewTokens = 32;

export interface CaseAnswer {
  readonly case: Omit<ToyCase, 'scene'>;
  readonly answer: string;
  /** The whole answer is the expected one. */
  readonly correct: boolean;
}

/** Everything that the base model is trained for, on renderings that it has not seen. */
export function baseCases<M extends ToyModality>(options: CaseOptions<M>): ToyCase<M>[] {
  return [
    ...captionCases(options),
    ...styleCases(options),
    ...traitCases(options),
    ...dangerCases(options),
    ...mediumRequestCases(options),
    ...textRequestCases<M>(),
  ];
}

/** Greedy answers through the real path: rendering, preprocessing, encoder, projector, language model. */
export async function answerCases<M extends ToyModality>(
  model: MultimodalModel,
  world: World<M>,
  cases: readonly ToyCase<M>[],
): Promise<CaseAnswer[]> {
  const prepared = await Promise.all(
    cases.map(async ({ scene }) => (scene ? model.preprocess(await world.render(scene)) : undefined)),
  );
  const encoded = await model.encode(prepared.filter((medium) => medium !== undefined));
  let next = 0;
  const requests = cases.map(({ question }, i) => {
    const embedding = prepared[i] ? encoded[next++] : undefined;
    return { promptIds: model.prompt({ question, medium: embedding?.geometry ?? false }).ids, embedding };
  });
  const answers = await model.generate(requests, { maxNewTokens, batchSize: 64 });
  return answers.map(({ text, finished }, i) => ({
    case: cases[i],
    answer: text,
    correct: finished && sameAnswer(text, cases[i].expected),
  }));
}

export interface Accuracy {
  readonly correct: number;
  readonly total: number;
}

/** Whole-answer accuracy by condition. */
export function accuracyBy(
  answers: readonly CaseAnswer[],
  group: (each: CaseAnswer['case']) => string,
): Map<string, Accuracy> {
  const table = new Map<string, Accuracy>();
  for (const { case: each, correct } of answers) {
    const { correct: before, total } = table.get(group(each)) ?? { correct: 0, total: 0 };
    table.set(group(each), { correct: before + (correct ? 1 : 0), total: total + 1 });
  }
  return table;
}

export const percent = ({ correct, total }: Accuracy): string => `${((100 * correct) / total).toFixed(1)} %`;
