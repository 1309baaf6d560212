import {
  chatErrorCodes,
  createOpenAITextChat,
  estimateTokens,
  spendOf,
  type QuestionPart,
  type TextChat,
  type TextChatOptions,
} from '@sea-align/chat';
import { ChatError, MediaError, parseConfig } from '@sea-align/core';
import { z } from 'zod';
import { benchModalities, type BenchModality } from '../bench/records.js';
import { isOutage } from '../judges/judge-error.js';
import { mediumParts, videoForms, type VideoForm } from './medium-parts.js';
import type { CostEstimate, Target, TargetReply, TargetRequest } from './target.js';

/** Decoding that some models refuse to be told. */
export const omittable = ['temperature', 'top_p', 'seed'] as const;

export interface ServerTargetOptions {
  /** Server and model: `baseURL`, `model`, `apiKeyEnv`, `price`, retries, time limits. */
  readonly chat: TextChatOptions;
  /** Name stored with every answer; default: the model's. */
  readonly name?: string;
  /** What the model takes (default: image, video, audio). */
  readonly modalities?: readonly BenchModality[];
  /** Default `video_url`. */
  readonly videoAs?: VideoForm;
  /** With `videoAs: 'frames'`: pictures that stand for a video (default 8). */
  readonly frames?: number;
  /** For requests without one (default: none is sent, and the server's template decides). */
  readonly systemPrompt?: string;
  /** Decoding that is not sent, for models that refuse it; the server's own then holds. */
  readonly omit?: readonly (typeof omittable)[number][];
  /** Larger media are errors (default 64 MiB). */
  readonly maxMediaBytes?: number;
  /** Tokens that a picture, a video, a sound is taken for in estimates (default 800, 2000, 300). */
  readonly mediaTokens?: Partial<Record<BenchModality, number>>;
}

const tokenCount = z.number().min(0);
const optionsSchema = z.strictObject({
  chat: z.looseObject({ model: z.string().min(1) }),
  name: z.string().min(1).optional(),
  modalities: z.array(z.enum(benchModalities)).default([...benchModalities]),
  videoAs: z.enum(videoForms).default('video_url'),
  frames: z.int().min(1).max(256).default(8),
  systemPrompt: z.string().optional(),
  omit: z.array(z.enum(omittable)).default([]),
  maxMediaBytes: z
    .int()
    .min(1)
    .default(64 * 2 ** 20),
  mediaTokens: z
    .strictObject({
      image: tokenCount.default(800),
      video: tokenCount.default(2000),
      audio: tokenCount.default(300),
    })
    .prefault({}),
});
type CheckedOptions = z.output<typeof optionsSchema>;

/** For the chat template's own. */
const frameTokens = 16;

/**
 * A model behind any server with OpenAI's chat completions. The medium stands before the question, as models are trained;
 * an empty question is not sent. A refusal is an answer, in the model's words; where a content filter of the server stops
 * question or answer, the answer is what came through, mostly nothing. An answer after which the server names another end than
 * `stop` or `length` has no `finish`.
 * @throws ConfigError for faults in the options; the key is read only when something is asked
 */
export function createServerTarget(options: ServerTargetOptions): Target {
  return new ServerTarget(options);
}

class ServerTarget implements Target {
  readonly name: string;
  readonly modalities: readonly BenchModality[];
  readonly systemPrompt?: string;
  readonly batchSize = 1;
  readonly concurrency: number;
  readonly #chat: TextChat;
  readonly #chatOptions: TextChatOptions;
  readonly #options: CheckedOptions;
  /** Spent on answers whose tokens were not counted. */
  #assumed = 0;

  constructor(options: ServerTargetOptions) {
    this.#options = parseConfig(optionsSchema, options, 'options of the server target');
    this.#chatOptions = options.chat;
    this.#chat = createOpenAITextChat(options.chat);
    this.name = this.#options.name ?? options.chat.model;
    this.modalities = this.#options.modalities;
    this.systemPrompt = this.#options.systemPrompt;
    this.concurrency = options.chat.concurrency ?? 4;
  }

  describe(): Record<string, unknown> {
    const { videoAs, frames, omit } = this.#options;
    return {
      kind: 'server',
      model: this.#chatOptions.model,
      server: this.#chat.describe(),
      modalities: [...this.modalities],
      ...(this.modalities.includes('video') && { videoAs, ...(videoAs === 'frames' && { frames }) }),
      ...(omit.length > 0 && { omitted: omit }),
    };
  }

  async estimate(requests: readonly TargetRequest[]): Promise<CostEstimate> {
    const { frames, videoAs, mediaTokens } = this.#options;
    const tokensOf: Record<BenchModality, number> = {
      ...mediaTokens,
      video: videoAs === 'frames' ? frames * mediaTokens.image : mediaTokens.video,
    };
    let [promptTokens, answerTokens] = [0, 0];
    for (const { question, system = this.systemPrompt ?? '', medium, decoding } of requests) {
      promptTokens += estimateTokens(question) + estimateTokens(system) + frameTokens;
      if (medium !== undefined) promptTokens += tokensOf[medium.modality];
      answerTokens += decoding.maxNewTokens;
    }
    const spend = spendOf(promptTokens, answerTokens, this.#chatOptions.price);
    const priced =
      spend === undefined ? 'Spend is unknown: give the price of the target.' : 'Spend at the price given.';
    return {
      requests: requests.length,
      promptTokens,
      answerTokens,
      ...(spend && { spend }),
      note:
        'Tokens are estimated, not counted; media are taken for a fixed number (mediaTokens), answers for as long as they may ' +
        `get; retries come on top. ${priced}`,
    };
  }

  async answer(
    requests: readonly TargetRequest[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<TargetReply[]> {
    return Promise.all(requests.map((request) => this.#answer(request, options.signal)));
  }

  spend(): ReturnType<Target['spend']> {
    const { spend } = this.#chat.usage();
    return spend && { ...spend, amount: spend.amount + this.#assumed };
  }

  /** The server does not say how many tokens it took: the estimate stands in for them. */
  async #assume(request: TargetRequest): Promise<void> {
    this.#assumed += (await this.estimate([request])).spend?.amount ?? 0;
  }

  async close(): Promise<void> {
    // Connections are kept alive by the runtime and end by themselves.
  }

  async #answer(request: TargetRequest, signal?: AbortSignal): Promise<TargetReply> {
    const start = performance.now();
    const since = (): number => performance.now() - start;
    try {
      const parts = await this.#parts(request, signal);
      const { decoding, system = this.systemPrompt } = request;
      const sent = (name: (typeof omittable)[number]): boolean => !this.#options.omit.includes(name);
      const reply = await this.#chat.ask({
        ...(system !== undefined && system !== '' && { system }),
        parts,
        maxTokens: decoding.maxNewTokens,
        ...(sent('temperature') && { temperature: decoding.temperature }),
        ...(sent('top_p') && { topP: decoding.topP }),
        ...(sent('seed') && { seed: decoding.seed }),
        signal,
      });
      const { text, finish, promptTokens, answerTokens } = reply;
      if (promptTokens === undefined || answerTokens === undefined) await this.#assume(request);
      return {
        answer: text,
        ...(finish !== undefined && finish !== 'filter' && { finish }),
        latencyMs: since(),
        ...(promptTokens !== undefined &&
          answerTokens !== undefined && { tokens: { prompt: promptTokens, answer: answerTokens } }),
      };
    } catch (error) {
      if (!concernsThisRequest(error)) throw error;
      return { error: error.message, ...(isOutage(error) && { outage: true }), latencyMs: since() };
    }
  }

  async #parts({ question, medium }: TargetRequest, signal?: AbortSignal): Promise<QuestionPart[]> {
    const text: QuestionPart[] = question === '' ? [] : [{ type: 'text', text: question }];
    if (medium === undefined) return text;
    if (!this.modalities.includes(medium.modality)) {
      throw new MediaError(
        `The model takes ${this.modalities.join(' or ') || 'no media'}, not ${medium.modality}.`,
      );
    }
    const { videoAs, frames, maxMediaBytes } = this.#options;
    const settings = { videoAs, frames, maxBytes: maxMediaBytes };
    return [...(await mediumParts(medium, settings, signal)), ...text];
  }
}

/**
 * A medium that cannot be read or sent, an answer too late, a question that the server chokes on, or at which it breaks the
 * connection. Only further requests tell that from a server that is gone.
 */
function concernsThisRequest(error: unknown): error is ChatError | MediaError {
  if (MediaError.isInstance(error) || isOutage(error)) return true;
  if (!ChatError.isInstance(error)) return false;
  const { timeout, server, request } = chatErrorCodes;
  const ofOne: readonly string[] = [timeout, server, request];
  // 404 is the model's name or the address.
  return ofOne.includes(error.code) && error.details?.status !== 404;
}
