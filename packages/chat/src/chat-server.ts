import { setTimeout as sleep } from 'node:timers/promises';

import { ChatError } from '@sea-align/core';
import OpenAI from 'openai';
import { z } from 'zod';

import { readApiKey, redact } from './api-key.js';
import type { CheckedServerOptions } from './openai-chat-options.js';
import {
  classifyFault,
  ErrorInReply,
  NotAChatReply,
  ReplyTimeout,
  type ServerFault,
} from './server-fault.js';

/** A part of a turn as it is sent; `video_url` is an extension of other servers (vLLM, SGLang). */
export type ContentPart =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: { url: string } }
  | { type: 'video_url'; video_url: { url: string } }
  | { type: 'input_audio'; input_audio: { data: string; format: string } };

export interface ChatTurn {
  role: 'system' | 'user' | 'assistant';
  content: string | ContentPart[];
}

type SdkBody = OpenAI.Chat.Completions.ChatCompletionCreateParamsNonStreaming;
export interface ChatBody extends Omit<SdkBody, 'model' | 'stream' | 'messages'> {
  messages: ChatTurn[];
}

/** What a server said, free of secrets. */
export interface ChatReply {
  content: string;
  refusal?: string;
  /** Missing where the server does not say. */
  finishReason?: string;
  promptTokens?: number;
  answerTokens?: number;
}

// Loose: other servers leave things out or add their own.
const replySchema = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({
          content: z.union([z.string(), z.array(z.object({ text: z.string().default('') }))]).nullish(),
          refusal: z.string().nullish(),
        }),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).partial().nullish(),
});

const errorSchema = z.object({ error: z.object({ message: z.string() }) });

/** Some servers send JSON under another content type; the SDK then hands over text. */
function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Some servers send a list of parts. */
function plainText(content: string | { text: string }[] | null | undefined): string {
  return Array.isArray(content) ? content.map(({ text }) => text).join('') : (content ?? '');
}

/** Sends requests to one server: key, time limit, retries with growing delays. */
export class ChatServer {
  readonly #options: CheckedServerOptions;
  #client: OpenAI | undefined;
  #key: string | undefined;
  sent = 0;
  retried = 0;

  constructor(options: CheckedServerOptions) {
    this.#options = options;
  }

  /** Throws ChatError (network, server, key), ConfigError (no key), or the reason of `signal`. */
  async send(body: ChatBody, signal?: AbortSignal): Promise<ChatReply> {
    for (let attempt = 0; ; attempt++) {
      signal?.throwIfAborted();
      const reply = await this.#sendOnce(body, signal);
      if (!('fault' in reply)) return reply;
      const { fault } = reply;
      if (!fault.retry || attempt >= this.#options.retries) throw this.#error(fault, attempt);
      const delay = fault.waitMs ?? this.#backoff(attempt);
      if (delay > this.#options.maxRetryDelayMs) {
        const seconds = Math.ceil(delay / 1000);
        const message = `${fault.message}; the server asks to wait ${seconds} s, more than maxRetryDelayMs allows`;
        throw this.#error({ ...fault, message }, attempt);
      }
      await sleep(delay, undefined, { signal }).catch(() => signal?.throwIfAborted());
      this.retried += 1;
    }
  }

  /** Full delay up to a quarter less, so that parallel requests do not come back all at once. */
  #backoff(attempt: number): number {
    const { retryDelayMs, maxRetryDelayMs } = this.#options;
    return Math.min(retryDelayMs * 2 ** attempt, maxRetryDelayMs) * (1 - 0.25 * Math.random());
  }

  async #sendOnce(
    body: ChatBody,
    signal: AbortSignal | undefined,
  ): Promise<ChatReply | { fault: ServerFault }> {
    const client = this.#connect();
    const limit = new AbortController();
    const abort = (): void => limit.abort();
    signal?.addEventListener('abort', abort, { once: true });
    let timer: NodeJS.Timeout | undefined;
    // The SDK's own time limit ends with the headers; a body may stall too.
    const stalled = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new ReplyTimeout());
        limit.abort();
      }, this.#options.timeoutMs);
    });
    this.sent += 1;
    try {
      const request = client.chat.completions.create(
        // The SDK's types know no videos; it sends what it is given.
        { ...body, model: this.#options.model, stream: false } as SdkBody,
        { signal: limit.signal, timeout: this.#options.timeoutMs + 1000 },
      );
      return this.#read(await Promise.race([request, stalled]));
    } catch (error) {
      signal?.throwIfAborted();
      const fault = classifyFault(error, (text) => redact(text, this.#key));
      if (fault === undefined) throw error;
      return { fault };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  #read(received: unknown): ChatReply {
    const body = typeof received === 'string' ? asJson(received) : received;
    const parsed = replySchema.safeParse(body);
    if (!parsed.success) {
      const inside = errorSchema.safeParse(body);
      if (inside.success) throw new ErrorInReply(inside.data.error.message);
      const what = typeof body === 'string' && /^\s*</.test(body) ? 'an HTML page' : 'something else';
      throw new NotAChatReply(`the server replied with ${what} instead of a chat completion`);
    }
    const { choices, usage } = parsed.data;
    const [{ message, finish_reason: finishReason }] = choices;
    return {
      content: redact(plainText(message.content), this.#key),
      refusal: message.refusal == null ? undefined : redact(message.refusal, this.#key),
      finishReason: finishReason ?? undefined,
      promptTokens: usage?.prompt_tokens,
      answerTokens: usage?.completion_tokens,
    };
  }

  /** Late, so that estimates and runs from the cache need no key. */
  #connect(): OpenAI {
    if (this.#client === undefined) {
      const { apiKeyEnv, baseURL } = this.#options;
      this.#key = apiKeyEnv === undefined ? undefined : readApiKey(apiKeyEnv);
      this.#client = new OpenAI({
        baseURL,
        // The SDK would otherwise take keys and names from OPENAI_* variables that nobody named here.
        apiKey: this.#key ?? 'none',
        adminAPIKey: null,
        organization: null,
        project: null,
        webhookSecret: null,
        maxRetries: 0,
        logLevel: 'off',
      });
    }
    return this.#client;
  }

  /** Without the SDK's error as cause: it holds headers and bodies. */
  #error(fault: ServerFault, attempt: number): ChatError {
    const often = attempt === 0 ? '' : `, after ${attempt + 1} attempts`;
    return new ChatError(`Chat server ${this.#options.baseURL}: ${fault.message}${often}.`, {
      code: fault.code,
      hint: fault.hint,
      details: fault.status === undefined ? undefined : { status: fault.status },
    });
  }
}
