import { ChatError, ConfigError } from '@sea-align/core';

import { checkAnswer } from './answer-check.js';
import type { ChatClient, ChatEstimate, ChatRequest, ChatUsage } from './chat-client.js';
import { chatErrorCodes } from './chat-error-codes.js';

/**
 * A rule that answers one task: the answer as JSON value, or undefined if it has none. `input` is the request's
 * `input`; the prompts are there for rules that work on them.
 */
export type OfflineHandler = (
  input: unknown,
  prompts: { system: string; user: string },
) => unknown | Promise<unknown>;

/**
 * A ChatClient without a language model: each task is answered by a deterministic function. Answers are checked
 * against schema and validation as a model's would be, but not asked for again: a rule gives the same answer twice.
 */
export function createOfflineChat(
  handlers: Readonly<Record<string, OfflineHandler>>,
  options: { name?: string } = {},
): ChatClient {
  const name = options.name ?? 'offline rules';
  const tasks = Object.keys(handlers);
  let answers = 0;
  return {
    async complete<T>(request: ChatRequest<T>): Promise<T> {
      request.signal?.throwIfAborted();
      const { task, system, user } = request;
      const handler = Object.hasOwn(handlers, task) ? handlers[task] : undefined;
      if (handler === undefined) {
        throw new ConfigError(`There is no offline rule for the task ${JSON.stringify(task)}.`, {
          hint: `Offline tasks: ${tasks.join(', ') || 'none'}. Use a chat server for others.`,
        });
      }
      const answer: unknown = await handler(request.input, { system, user });
      if (answer === undefined) {
        throw new ChatError(`The offline rule for ${task} has no answer to this input.`, {
          code: chatErrorCodes.noRule,
          hint: 'Rules know simple cases only; use a chat server for this row.',
        });
      }
      const checked = checkAnswer(request, answer);
      if (checked.fault !== undefined) {
        throw new ChatError(
          `The offline rule for ${task} gave an answer that is not good: ${checked.fault}`,
          {
            code: chatErrorCodes.invalid,
            hint: 'Rules know simple cases only; use a chat server for this row.',
          },
        );
      }
      answers += 1;
      return checked.value;
    },
    async estimate(requests: Iterable<ChatRequest<unknown>>): Promise<ChatEstimate> {
      const count = [...requests].length;
      return {
        requests: count,
        cacheHits: 0,
        promptTokens: 0,
        answerTokens: 0,
        spend: { amount: 0, currency: 'USD' },
        note: 'Answered by rules on this machine: nothing is sent, nothing is spent.',
      };
    },
    usage(): ChatUsage {
      const none = {
        cacheHits: 0,
        sent: 0,
        reasked: 0,
        retried: 0,
        promptTokens: 0,
        answerTokens: 0,
        uncounted: 0,
      };
      return { answers, ...none, spend: { amount: 0, currency: 'USD' } };
    },
    describe(): string {
      return `${name}: deterministic functions, no language model (tasks: ${tasks.join(', ') || 'none'})`;
    },
  };
}
