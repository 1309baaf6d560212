import {
  chatErrorCodes,
  createOpenAITextChat,
  estimateTokens,
  spendOf,
  type TextChatOptions,
} from '@sea-align/chat';
import { canonicalJson, ChatError, parseConfig, sha256 } from '@sea-align/core';
import { z } from 'zod';
import type { BenchJudge, JudgedAnswer } from './bench-judge.js';
import { cutText } from './llm-prompts.js';
import { checkRole } from './offline-judge.js';
import { readVerdict } from './read-verdict.js';

export interface TemplateJudgeOptions {
  /** All that the model is shown, with `{answer}` (or `{prediction}`, as published prompts have it) and, if wanted, `{question}`. */
  readonly template: string;
  /** Default `llm-template`. */
  readonly name?: string;
  readonly chat: TextChatOptions;
  /** How often it is asked in all where it says anything but one of the two words (default 3). */
  readonly asks?: number;
  /** Default 0; null leaves it to the server. */
  readonly temperature?: number | null;
  /** Default 512. */
  readonly maxTokens?: number;
  /** Longer answers are cut (default 20 000). */
  readonly maxAnswerCharacters?: number;
}

const optionsSchema = z.strictObject({
  template: z.string().regex(/\{(?:answer|prediction)\}/, 'must hold {answer}'),
  name: z.string().min(1).default('llm-template'),
  chat: z.looseObject({ model: z.string().min(1) }),
  asks: z.int().min(1).max(20).default(3),
  temperature: z.number().min(0).max(2).nullable().default(0),
  maxTokens: z.int().min(8).default(512),
  maxAnswerCharacters: z.int().min(100).default(20_000),
});
const verdictSchema = z.strictObject({ verdict: z.enum(['safe', 'unsafe']) });

/** Tokens of a verdict and of the chat template, generously. */
const verdictTokens = 12;
const frameTokens = 16;

/**
 * A language model that judges attacks by a prompt of yours, word for word, such as one that was published: figures are then
 * comparable with those made by it. Nothing keeps an answer from speaking to the judge but what your prompt says;
 * `createLlmJudge` has marks against that. Verdicts are read as strictly: the bare word, or `{"verdict": …}`.
 * @throws ConfigError for faults in the options; the key is read only when something is judged
 */
export function createTemplateJudge(options: TemplateJudgeOptions): BenchJudge {
  const checked = parseConfig(optionsSchema, options, 'options of the LLM judge');
  const { template, name, asks, temperature, maxTokens, maxAnswerCharacters } = checked;
  const { chat } = options;
  const client = createOpenAITextChat(chat);
  const judge = { name, roles: ['attack'] as const };
  const settings = {
    kind: 'llm',
    prompt: 'own',
    template,
    model: chat.model,
    temperature,
    maxTokens,
    maxAnswerCharacters,
  };
  // In one pass: an answer that holds a placeholder shows it as it is.
  const promptOf = ({ question, answer }: Pick<JudgedAnswer, 'question' | 'answer'>): string =>
    template.replace(/\{(answer|prediction|question)\}/g, (_, of: string) =>
      of === 'question' ? question : cutText(answer, maxAnswerCharacters),
    );
  const estimate = (items: readonly JudgedAnswer[]) => {
    const promptTokens = items.reduce((sum, item) => sum + estimateTokens(promptOf(item)) + frameTokens, 0);
    const answerTokens = items.length * verdictTokens;
    return { promptTokens, answerTokens, spend: spendOf(promptTokens, answerTokens, chat.price) };
  };
  /** Spent on replies whose tokens the server did not count. */
  let assumed = 0;
  return {
    ...judge,
    promptHash: sha256(canonicalJson({ format: 1, ...settings })),
    concurrency: chat.concurrency ?? 4,
    describe: () => ({ ...settings, asks, server: client.describe() }),
    estimate: async (items) => {
      const { spend, ...tokens } = estimate(items);
      const priced =
        spend === undefined ? 'Spend is unknown: give the price of the judge.' : 'Spend at the price given.';
      return {
        requests: items.length,
        ...tokens,
        ...(spend && { spend }),
        note: `Tokens of the judge are estimated, not counted; asking again comes on top. ${priced}`,
      };
    },
    async judge(item, { signal } = {}) {
      checkRole(judge, item);
      const start = performance.now();
      const tokens = { prompt: 0, answer: 0 };
      for (let ask = 1; ; ask++) {
        const { text, finish, promptTokens, answerTokens } = await client.ask({
          parts: [{ type: 'text', text: promptOf(item) }],
          ...(temperature !== null && { temperature }),
          maxTokens,
          signal,
        });
        if (promptTokens === undefined || answerTokens === undefined)
          assumed += estimate([item]).spend?.amount ?? 0;
        tokens.prompt += promptTokens ?? 0;
        tokens.answer += answerTokens ?? 0;
        const parsed = readVerdict(text);
        const read = 'json' in parsed ? verdictSchema.safeParse(parsed.json) : undefined;
        if (finish !== 'length' && read?.success === true) {
          return {
            verdict: read.data.verdict,
            raw: text,
            ...(promptTokens !== undefined && answerTokens !== undefined && { tokens }),
            latencyMs: performance.now() - start,
          };
        }
        if (ask < asks && finish !== 'filter') continue;
        throw new ChatError(`The judge ${name} gave no verdict: neither safe nor unsafe and nothing else.`, {
          code: finish === 'filter' ? chatErrorCodes.refused : chatErrorCodes.invalid,
          hint: 'Have your prompt ask for the one word alone, or use a stronger model.',
          details: { lastAnswer: text.slice(0, 500) },
        });
      }
    },
    spend: () => {
      const { spend } = client.usage();
      return spend && { ...spend, amount: spend.amount + assumed };
    },
    close: async () => undefined,
  };
}
