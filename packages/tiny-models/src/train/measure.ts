import type { MultimodalModel } from '@sea-align/mllm';

import {
  captionCases,
  dangerCases,
  imageRequestCases,
  styleCases,
  textRequestCases,
  type CaseOptions,
  type ToyCase,
} from '../data/evaluation-cases.js';
import { colourAnswer, colourQuestions } from '../grammar/describe.js';
import { sameAnswer } from '../grammar/normalise.js';
import { colourById } from '../world/scene.js';
import { renderScene } from '../world/render.js';

/** Longest answer plus room to go wrong. */
const maxNewTokens = 32;

export interface CaseAnswer {
  readonly case: ToyCase;
  readonly answer: string;
  /** The whole answer is the expected one. */
  readonly correct: boolean;
}

/** Colour is asked on the pictures of the style cases. */
const colourCases = (options: CaseOptions): ToyCase[] =>
  styleCases(options).flatMap((each) =>
    each.scene
      ? [
          {
            ...each,
            id: `colour-${each.id}`,
            condition: 'colour',
            question: colourQuestions[0],
            expected: colourAnswer(colourById(each.scene.colour)),
          },
        ]
      : [],
  );

/** Everything that the base model is trained for, on renderings that it has not seen. */
export function baseCases(options: CaseOptions): ToyCase[] {
  return [
    ...captionCases(options),
    ...styleCases(options),
    ...colourCases(options),
    ...dangerCases(options),
    ...imageRequestCases(options),
    ...textRequestCases(),
  ];
}

/** Greedy answers through the real path: PNG, preprocessing, encoder, projector, language model. */
export async function answerCases(model: MultimodalModel, cases: readonly ToyCase[]): Promise<CaseAnswer[]> {
  const pixels = await Promise.all(
    cases.map(async ({ scene }) => (scene ? model.preprocess((await renderScene(scene)).png) : undefined)),
  );
  const encoded = await model.encode(pixels.filter((values) => values !== undefined));
  let next = 0;
  const requests = cases.map(({ question }, i) => {
    const embedding = pixels[i] ? encoded[next++] : undefined;
    return { promptIds: model.prompt({ question, medium: embedding !== undefined }).ids, embedding };
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
  group: (each: ToyCase) => string,
): Map<string, Accuracy> {
  const table = new Map<string, Accuracy>();
  for (const { case: each, correct } of answers) {
    const { correct: before, total } = table.get(group(each)) ?? { correct: 0, total: 0 };
    table.set(group(each), { correct: before + (correct ? 1 : 0), total: total + 1 });
  }
  return table;
}

export const percent = ({ correct, total }: Accuracy): string => `${((100 * correct) / total).toFixed(1)} %`;
