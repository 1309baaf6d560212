import { ChatError } from '@sea-align/core';
import pLimit, { type LimitFunction } from 'p-limit';

import { AnswerCache, requestHash } from './answer-cache.js';
import { checkAnswer } from './answer-check.js';
import type { ChatClient, ChatEstimate, ChatRequest, ChatUsage } from './chat-client.js';
import { chatErrorCodes } from './chat-error-codes.js';
import { ChatServer, type ChatReply, type ChatTurn } from './chat-server.js';
import { parseJsonAnswer, readsLikeRefusal } from './json-answer.js';
import { checkChatOptions, type CheckedChatOptions, type OpenAIChatOptions } from './openai-chat-options.js';
import { checkTask, firstDialect, plainerDialect, reask, requestBody, type Dialect } from './request-body.js';
import { TokenCount } from './token-count.js';
import { assumedAnswerTokens, estimateRequest, spendOf } from './token-estimate.js';

/**
 * A ChatClient for any server with OpenAI's chat completions. Throws ConfigError for faults in `options`; the key is
 * read only when something is really asked.
 */
export function createOpenAIChat(options: OpenAIChatOptions): ChatClient {
  return new OpenAIChat(checkChatOptions(options));
}

class OpenAIChat implements ChatClient {
  readonly #options: CheckedChatOptions;
  readonly #server: ChatServer;
  readonly #cache: AnswerCache | undefined;
  readonly #limit: LimitFunction;
  readonly #inFlight = new Map<string, Promise<unknown>>();
  /** What this server takes, as far as found out. */
  #dialect: Dialect;
  readonly #counts = { answers: 0, cacheHits: 0, reasked: 0 };
  readonly #tokens = new TokenCount();

  constructor(options: CheckedChatOptions) {
    this.#options = options;
    this.#server = new ChatServer(options);
    this.#cache = options.cacheDir === undefined ? undefined : new AnswerCache(options.cacheDir);
    this.#limit = pLimit(options.concurrency);
    this.#dialect = firstDialect(options.answerFormat);
  }

  async complete<T>(request: ChatRequest<T>): Promise<T> {
    checkTask(request.task);
    request.signal?.throwIfAborted();
    const value =
      this.#cache === undefined ? await this.#ask(request) : await this.#fromCacheOrAsk(request, this.#cache);
    this.#counts.answers += 1;
    return value;
  }

  async estimate(requests: Iterable<ChatRequest<unknown>>): Promise<ChatEstimate> {
    const sums = { requests: 0, cacheHits: 0, promptTokens: 0, answerTokens: 0 };
    const seen = new Set<string>();
    for (const request of requests) {
      checkTask(request.task);
      sums.requests += 1;
      const key = requestHash(request, this.#options);
      // The second of two equal requests will find the answer of the first.
      if (
        this.#cache !== undefined &&
        (seen.has(key) || (await this.#cached(request, this.#cache, key)) !== undefined)
      ) {
        sums.cacheHits += 1;
        continue;
      }
      seen.add(key);
      const tokens = estimateRequest(request);
      sums.promptTokens += tokens.promptTokens;
      sums.answerTokens += tokens.answerTokens;
    }
    const spend = spendOf(sums.promptTokens, sums.answerTokens, this.#options.price);
    return { ...sums, spend, note: estimateNote(this.#options) };
  }

  usage(): ChatUsage {
    const { sent, retried } = this.#server;
    return { ...this.#counts, sent, retried, ...this.#tokens.usage(this.#options.price) };
  }

  describe(): string {
    return `model ${this.#options.model} at ${this.#options.baseURL}`;
  }

  async #fromCacheOrAsk<T>(request: ChatRequest<T>, cache: AnswerCache): Promise<T> {
    const key = requestHash(request, this.#options);
    // Equal requests at the same time: one asks, the others take its answer.
    for (let other = this.#inFlight.get(key); other !== undefined; other = this.#inFlight.get(key)) {
      await other.catch(() => undefined);
    }
    const work = this.#lookUpOrAsk(request, cache, key);
    this.#inFlight.set(key, work);
    try {
      return await work;
    } finally {
      this.#inFlight.delete(key);
    }
  }

  async #lookUpOrAsk<T>(request: ChatRequest<T>, cache: AnswerCache, key: string): Promise<T> {
    const hit = await this.#cached(request, cache, key);
    if (hit !== undefined) {
      this.#counts.cacheHits += 1;
      return hit.value;
    }
    return this.#ask(request, (answer) => cache.write(request.task, key, this.#options.model, answer));
  }

  /** Checked like a fresh answer: the schema is in the key, the validation is not. */
  async #cached<T>(
    request: ChatRequest<T>,
    cache: AnswerCache,
    key: string,
  ): Promise<{ value: T } | undefined> {
    const entry = await cache.read(request.task, key);
    if (entry === undefined) return undefined;
    const checked = checkAnswer(request, entry.answer);
    return checked.fault === undefined ? { value: checked.value } : undefined;
  }

  /** Asks until an answer fits, telling the model each time what was wrong. */
  async #ask<T>(request: ChatRequest<T>, keep?: (answer: unknown) => Promise<void>): Promise<T> {
    const turns: ChatTurn[] = [];
    for (let ask = 1; ; ask++) {
      const reply = await this.#limit(() => this.#send(request, turns));
      const read = readReply(request, reply);
      if (read.fault === undefined) {
        await keep?.(read.json);
        return read.value;
      }
      if (ask >= this.#options.asks) throw unfitting(request, reply, read.fault, ask);
      this.#counts.reasked += 1;
      turns.splice(
        0,
        turns.length,
        { role: 'assistant', content: reply.content },
        reask(request, read.fault),
      );
    }
  }

  async #send(request: ChatRequest<unknown>, turns: ChatTurn[]): Promise<ChatReply> {
    for (;;) {
      const used = this.#dialect;
      try {
        const reply = await this.#server.send(requestBody(request, turns, used), request.signal);
        this.#tokens.add(reply);
        const { content, promptTokens, answerTokens } = reply;
        request.onReply?.({ content, promptTokens, answerTokens });
        return reply;
      } catch (error) {
        const plainer = plainerDialect(used, error);
        if (plainer === undefined) throw error;
        // Unless another request has found it out meanwhile.
        if (this.#dialect === used) this.#dialect = plainer;
      }
    }
  }
}

type ReadReply<T> = { value: T; json: unknown; fault?: undefined } | { fault: string };

function readReply<T>(request: ChatRequest<T>, reply: ChatReply): ReadReply<T> {
  if (reply.refusal !== undefined && reply.refusal !== '') throw refused(request, reply.refusal);
  if (reply.finishReason === 'content_filter')
    throw refused(request, 'stopped by the content filter of the server');
  if (reply.finishReason === 'length')
    return { fault: 'It was cut off at the length limit; make it shorter.' };
  const parsed = (request.parse ?? parseJsonAnswer)(reply.content);
  if (parsed.fault !== undefined) return parsed;
  const checked = checkAnswer(request, parsed.json);
  return checked.fault === undefined ? { value: checked.value, json: parsed.json } : checked;
}

function refused(request: ChatRequest<unknown>, said: string): ChatError {
  return new ChatError(`The model refused the task ${request.task}: ${said.slice(0, 200)}`, {
    code: chatErrorCodes.refused,
    hint: 'Leave this row out, or use another model or the offline rules.',
    details: { lastAnswer: said.slice(0, 500) },
  });
}

function unfitting(request: ChatRequest<unknown>, reply: ChatReply, fault: string, asks: number): ChatError {
  if (readsLikeRefusal(reply.content)) return refused(request, reply.content);
  const often = asks === 1 ? 'in one ask' : `in ${asks} asks`;
  return new ChatError(`No usable answer to the task ${request.task} ${often}. The last one: ${fault}`, {
    code: chatErrorCodes.invalid,
    hint: 'Use a stronger model, or raise asks.',
    details: { lastAnswer: reply.content.slice(0, 500) },
  });
}

function estimateNote(options: CheckedChatOptions): string {
  const tokens =
    'Tokens are estimated, not counted (4 ASCII characters or 1 other character a token; ' +
    `${assumedAnswerTokens} tokens an answer or its maxTokens if less); asking again and retries come on top.`;
  if (options.price !== undefined) return `${tokens} Spend at the price given.`;
  return `${tokens} Spend is unknown: give price.inputPerMillion and price.outputPerMillion from the provider's list.`;
}
