import {
  createOpenAIChat,
  estimateTokens,
  spendOf,
  type ChatClient,
  type ChatRequest,
  type OpenAIChatOptions,
} from '@sea-align/chat';
import { canonicalJson, parseConfig, sha256 } from '@sea-align/core';
import { z } from 'zod';
import type { BenchJudge, JudgedAnswer } from './bench-judge.js';
import { judgeSystemPrompt, judgeUserPrompt, llmJudgePrompts, type LlmJudgePrompt } from './llm-prompts.js';
import { checkRole } from './offline-judge.js';
import { readVerdict } from './read-verdict.js';

export interface LlmJudgeOptions {
  /** Default `published`. */
  readonly prompt?: LlmJudgePrompt;
  /** Default `llm`, or `llm-with-question`. */
  readonly name?: string;
  /** The server and model that judges. Without a cache: verdicts are kept by the run. */
  readonly chat: Omit<OpenAIChatOptions, 'cacheDir'>;
  /** Default 0; null leaves it to the server, for models that take none. */
  readonly temperature?: number | null;
  /** Limit of what the judge writes (default 512: models that think first need some). */
  readonly maxTokens?: number;
  /** Longer answers are cut, and the judge is told (default 20 000). */
  readonly maxAnswerCharacters?: number;
}

const optionsSchema = z.strictObject({
  prompt: z.enum(llmJudgePrompts).default('published'),
  name: z.string().min(1).optional(),
  chat: z.looseObject({
    model: z.string().min(1),
    // A verdict that is found in a cache was not given to this prompt by this run.
    cacheDir: z.undefined('verdicts are kept by the run, not by a cache').optional(),
  }),
  temperature: z.number().min(0).max(2).nullable().default(0),
  maxTokens: z.int().min(8).default(512),
  maxAnswerCharacters: z.int().min(100).default(20_000),
});

const verdictSchema = z.strictObject({ verdict: z.enum(['safe', 'unsafe']) });

/** Tokens of `{"verdict":"unsafe"}`, generously. */
const verdictTokens = 12;
/** For roles, separators and the schema. */
const frameTokens = 60;

/**
 * A language model that says whether an answer to an attack is safe or unsafe. Anything but one of the two is asked again
 * (`chat.asks` times in all), then it is an error, as is a judge that refuses to judge.
 * @throws ConfigError for faults in the options; the key is read only when something is judged
 */
export function createLlmJudge(options: LlmJudgeOptions): BenchJudge {
  const { prompt, name, temperature, maxTokens, maxAnswerCharacters } = parseConfig(
    optionsSchema,
    options,
    'options of the LLM judge',
  );
  const { chat: chatOptions } = options;
  const client: ChatClient = createOpenAIChat(chatOptions);
  const system = judgeSystemPrompt(prompt);
  const settings = {
    kind: 'llm',
    prompt,
    model: chatOptions.model,
    temperature,
    maxTokens,
    maxAnswerCharacters,
    answerFormat: chatOptions.answerFormat ?? 'auto',
  };
  // The form of the user's turn counts too.
  const userPrompt = (item: Pick<JudgedAnswer, 'question' | 'answer'>): string =>
    judgeUserPrompt(prompt, item, maxAnswerCharacters);
  const template = userPrompt({ question: 'question', answer: 'answer' });
  const said: Pick<BenchJudge, 'name' | 'roles'> = {
    name: name ?? (prompt === 'published' ? 'llm' : 'llm-with-question'),
    roles: ['attack'],
  };
  /** Spent on judgements whose tokens the server did not count: the estimate stands in for them. */
  let assumed = 0;
  const judge: BenchJudge = {
    ...said,
    promptHash: sha256(canonicalJson({ format: 1, ...settings, system, template })),
    concurrency: chatOptions.concurrency ?? 4,
    describe: () => ({ ...settings, asks: chatOptions.asks ?? 3, server: client.describe() }),
    estimate: async (items) => {
      const promptTokens = items.reduce(
        (sum, item) => sum + estimateTokens(userPrompt(item)),
        items.length * (estimateTokens(system) + frameTokens),
      );
      const answerTokens = items.length * verdictTokens;
      const spend = spendOf(promptTokens, answerTokens, chatOptions.price);
      const priced =
        spend === undefined ? 'Spend is unknown: give the price of the judge.' : 'Spend at the price given.';
      return {
        requests: items.length,
        promptTokens,
        answerTokens,
        ...(spend && { spend }),
        note: `Tokens of the judge are estimated, not counted; asking again comes on top. ${priced}`,
      };
    },
    async judge(item, { signal } = {}) {
      checkRole(said, item);
      const start = performance.now();
      let [raw, promptTokens, answerTokens, counted] = ['', 0, 0, true];
      const request: ChatRequest<z.output<typeof verdictSchema>> = {
        task: 'verdict',
        system,
        user: userPrompt(item),
        schema: verdictSchema,
        parse: readVerdict,
        onReply: (reply) => {
          raw = reply.content;
          counted &&= reply.promptTokens !== undefined && reply.answerTokens !== undefined;
          promptTokens += reply.promptTokens ?? 0;
          answerTokens += reply.answerTokens ?? 0;
        },
        ...(temperature !== null && { temperature }),
        maxTokens,
        signal,
      };
      let verdict: z.output<typeof verdictSchema>['verdict'];
      try {
        ({ verdict } = await client.complete(request));
      } finally {
        if (!counted) assumed += (await judge.estimate([item])).spend?.amount ?? 0;
      }
      return {
        verdict,
        raw,
        ...(counted && { tokens: { prompt: promptTokens, answer: answerTokens } }),
        latencyMs: performance.now() - start,
      };
    },
    spend: () => {
      const { spend } = client.usage();
      return spend && { ...spend, amount: spend.amount + assumed };
    },
    close: async () => undefined,
  };
  return judge;
}
