import type { ControlSample, PreparedSample } from '@sea-align/core';
import type { Embedding, MultimodalModel } from '@sea-align/mllm';
import { namesPhrase } from './answer-match.js';
import type { OptimizeOptions } from './options.js';

export interface VerificationQuestion {
  question: string;
  /** Any of these, named in the answer, passes. */
  expect: string[];
}

export interface Verification {
  verified: boolean;
  answers: { question: string; answer: string; passed: boolean }[];
  /** Why it was not verified. */
  reason?: string;
}

/**
 * What an embedding is asked: the content question first (it was trained on; but generating is a harder test than a low
 * loss, as each token follows the model's own), then the prepared questions that none of its control samples asks.
 */
export function verificationQuestions(
  sample: PreparedSample,
  controls: readonly ControlSample[] = sample.controls,
): VerificationQuestion[] {
  const content = controls.find((control) => control.role === 'content');
  if (!content) return sample.verification;
  const prepared = sample.verification.find((item) => item.question === content.question);
  const first = prepared ?? { question: content.question, expect: [sample.phrase, sample.sentence] };
  const trained = new Set(controls.map((control) => control.question));
  return [first, ...sample.verification.filter((item) => !trained.has(item.question))];
}

/**
 * Asks the model what it sees in each embedding. A concept that the model does not know cannot be synthesised: its loss may
 * be low, but the answers do not name it.
 */
export async function verifyEmbeddings(
  model: Pick<MultimodalModel, 'prompt' | 'generate'>,
  embeddings: readonly { questions: readonly VerificationQuestion[]; embedding: Embedding }[],
  options: OptimizeOptions['verify'],
): Promise<Verification[]> {
  const requests = embeddings.flatMap(({ questions, embedding }) =>
    questions.map(({ question }) => ({
      promptIds: model.prompt({ question, medium: embedding.geometry }).ids,
      embedding,
    })),
  );
  const generated = await model.generate(requests, { maxNewTokens: options.maxNewTokens });
  let next = 0;
  return embeddings.map(({ questions }) => {
    const texts = questions.map(() => generated[next++].text);
    return judgeAnswers(questions, texts, options.require);
  });
}

/** Compares answers with what was expected. The first question is the content question. */
export function judgeAnswers(
  asked: readonly VerificationQuestion[],
  texts: readonly string[],
  require: OptimizeOptions['verify']['require'],
): Verification {
  const answers = asked.map(({ question, expect }, index) => {
    const answer = texts[index].trim();
    return { question, answer, passed: expect.some((phrase) => namesPhrase(answer, phrase)) };
  });
  const passed = answers.filter((answer) => answer.passed).length;
  const needed = { content: 1, majority: Math.floor(answers.length / 2) + 1, all: answers.length }[require];
  if (answers.length > 0 && answers[0].passed && passed >= needed) return { verified: true, answers };
  const failed = answers.findIndex((answer) => !answer.passed);
  if (failed === -1) return { verified: false, answers, reason: 'no verification question' };
  const expected = asked[failed].expect.map((phrase) => JSON.stringify(phrase)).join(' or ');
  return {
    verified: false,
    answers,
    reason: `asked ${JSON.stringify(answers[failed].question)}, expected ${expected}, answered ${JSON.stringify(answers[failed].answer)}`,
  };
}
