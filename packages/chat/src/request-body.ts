import { ChatError, ConfigError } from '@sea-align/core';
import { zodResponseFormat } from 'openai/helpers/zod';

import { answerSchema } from './answer-cache.js';
import type { ChatRequest } from './chat-client.js';
import { chatErrorCodes } from './chat-error-codes.js';
import type { ChatBody, ChatTurn } from './chat-server.js';
import { answerFormats, type AnswerFormat, type OpenAIChatOptions } from './openai-chat-options.js';

/** Which of the parameters that differ between servers and models are sent. */
export interface Dialect {
  format: AnswerFormat;
  /** Chosen by the user: never stepped down. */
  formatIsFixed: boolean;
  limit: 'max_tokens' | 'max_completion_tokens';
}

export function firstDialect(answerFormat: OpenAIChatOptions['answerFormat']): Dialect {
  const formatIsFixed = answerFormat !== undefined && answerFormat !== 'auto';
  return { format: formatIsFixed ? answerFormat : 'json_schema', formatIsFixed, limit: 'max_tokens' };
}

/** What to try next when the server refused a parameter of `used`; undefined if it was not that. */
export function plainerDialect(used: Dialect, error: unknown): Dialect | undefined {
  if (!ChatError.isInstance(error) || error.code !== chatErrorCodes.request) return undefined;
  if (/max_completion_tokens/.test(error.message) && used.limit === 'max_tokens') {
    return { ...used, limit: 'max_completion_tokens' };
  }
  const format = answerFormats[answerFormats.indexOf(used.format) + 1];
  const isAboutFormat = /response_format|json_schema|json_object|structured output/i.test(error.message);
  return isAboutFormat && !used.formatIsFixed && format !== undefined ? { ...used, format } : undefined;
}

/** Throws ConfigError if the name of a task cannot name a schema. */
export function checkTask(task: string): void {
  if (/^[a-zA-Z0-9_-]{1,64}$/.test(task)) return;
  throw new ConfigError(`The chat task ${JSON.stringify(task)} must be 1 to 64 letters, digits, '_' or '-'.`);
}

/** The body of a request; `turns` are the last answer and what was wrong with it. */
export function requestBody(request: ChatRequest<unknown>, turns: ChatTurn[], dialect: Dialect): ChatBody {
  const { system, user, temperature, maxTokens, seed } = request;
  const strict = dialect.format === 'json_schema' ? strictFormat(request) : undefined;
  const told = strict === undefined ? `${system}\n\n${schemaWords(request)}` : system;
  const body: ChatBody = {
    messages: [{ role: 'system', content: told }, { role: 'user', content: user }, ...turns],
  };
  if (strict !== undefined) body.response_format = strict;
  else if (dialect.format !== 'prompt') body.response_format = { type: 'json_object' };
  if (temperature !== undefined) body.temperature = temperature;
  if (maxTokens !== undefined) body[dialect.limit] = maxTokens;
  if (seed !== undefined) body.seed = seed;
  return body;
}

/** undefined for schemas that strict mode cannot express (optional keys, records); they are told in words. */
function strictFormat(request: ChatRequest<unknown>): ChatBody['response_format'] | undefined {
  try {
    const { type, json_schema } = zodResponseFormat(request.schema, request.task);
    return { type, json_schema };
  } catch {
    return undefined;
  }
}

function schemaWords(request: ChatRequest<unknown>): string {
  return `Answer with JSON only, without markdown, that fits this JSON schema: ${JSON.stringify(answerSchema(request))}`;
}

/** The schema is repeated: this server may have ignored it. */
export function reask(request: ChatRequest<unknown>, fault: string): ChatTurn {
  return {
    role: 'user',
    content: `Your answer cannot be used. ${fault} Answer again. ${schemaWords(request)}`,
  };
}
