import { ChatError } from '@sea-align/core';
import pLimit, { type LimitFunction } from 'p-limit';

import type { ChatUsage } from './chat-client.js';
import { chatErrorCodes } from './chat-error-codes.js';
import { ChatServer, type ChatBody, type ChatReply, type ContentPart } from './chat-server.js';
import {
  checkTextChatOptions,
  type CheckedServerOptions,
  type TextChatOptions,
} from './openai-chat-options.js';
import { firstDialect, plainerDialect } from './request-body.js';
import { TokenCount } from './token-count.js';

/** What a question consists of, in order. */
export type QuestionPart =
  | { type: 'text'; text: string }
  /** `mediaType` as in `image/png`, `video/mp4`; videos go to servers that take `video_url`. */
  | { type: 'image' | 'video'; mediaType: string; data: Uint8Array }
  /** `format` as in `wav`, `mp3`. */
  | { type: 'audio'; format: string; data: Uint8Array };

/** A question to be answered in plain text. What is undefined is not sent. */
export interface TextRequest {
  system?: string;
  parts: readonly QuestionPart[];
  temperature?: number;
  topP?: number;
  /** Limit of the answer in tokens. */
  maxTokens?: number;
  seed?: number;
  signal?: AbortSignal;
}

export interface TextReply {
  /** As the model wrote it; its refusal where it says one instead; empty where a filter or the model gave nothing. */
  text: string;
  /** `length`: cut off at `maxTokens`. `filter`: ended or prevented by a content filter. Missing where the server does not say. */
  finish?: 'stop' | 'length' | 'filter';
  /** As counted by the server. */
  promptTokens?: number;
  answerTokens?: number;
}

/** Puts questions, with pictures, videos or sound, to a language model and gives its answers as they are. */
export interface TextChat {
  /** A refusal is an answer. Throws ChatError, ConfigError (no key), or the reason of `signal`. */
  ask(request: TextRequest): Promise<TextReply>;
  /** What was used so far. */
  usage(): ChatUsage;
  /** Who answers, in words. Holds no secret. */
  describe(): string;
}

/**
 * A TextChat on any server with OpenAI's chat completions. Throws ConfigError for faults in `options`; the key is read only
 * when something is really asked.
 */
export function createOpenAITextChat(options: TextChatOptions): TextChat {
  return new OpenAITextChat(checkTextChatOptions(options));
}

class OpenAITextChat implements TextChat {
  readonly #options: CheckedServerOptions;
  readonly #server: ChatServer;
  readonly #limit: LimitFunction;
  readonly #tokens = new TokenCount();
  #dialect = firstDialect('prompt');
  #answers = 0;

  constructor(options: CheckedServerOptions) {
    this.#options = options;
    this.#server = new ChatServer(options);
    this.#limit = pLimit(options.concurrency);
  }

  async ask(request: TextRequest): Promise<TextReply> {
    request.signal?.throwIfAborted();
    const reply = await this.#limit(() => this.#send(request));
    this.#answers += 1;
    return reply;
  }

  usage(): ChatUsage {
    const { sent, retried } = this.#server;
    const tokens = this.#tokens.usage(this.#options.price);
    return { answers: this.#answers, cacheHits: 0, reasked: 0, sent, retried, ...tokens };
  }

  describe(): string {
    return `model ${this.#options.model} at ${this.#options.baseURL}`;
  }

  async #send(request: TextRequest): Promise<TextReply> {
    for (;;) {
      const used = this.#dialect;
      try {
        const reply = await this.#server.send(bodyOf(request, used.limit), request.signal);
        this.#tokens.add(reply);
        return readText(reply);
      } catch (error) {
        if (ChatError.isInstance(error) && error.code === chatErrorCodes.refused) {
          return { text: '', finish: 'filter' };
        }
        const plainer = plainerDialect(used, error);
        if (plainer === undefined) throw error;
        // Unless another request has found it out meanwhile.
        if (this.#dialect === used) this.#dialect = plainer;
      }
    }
  }
}

function bodyOf(request: TextRequest, limit: 'max_tokens' | 'max_completion_tokens'): ChatBody {
  const { system, parts, temperature, topP, maxTokens, seed } = request;
  const content = parts.map(contentPart);
  const [first] = content;
  // Plain text for servers that know no parts.
  const plain =
    content.length === 0 ? '' : content.length === 1 && first.type === 'text' ? first.text : undefined;
  const body: ChatBody = {
    messages: [
      ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
      { role: 'user', content: plain ?? content },
    ],
  };
  if (temperature !== undefined) body.temperature = temperature;
  if (topP !== undefined) body.top_p = topP;
  if (maxTokens !== undefined) body[limit] = maxTokens;
  if (seed !== undefined) body.seed = seed;
  return body;
}

function contentPart(part: QuestionPart): ContentPart {
  if (part.type === 'text') return { type: 'text', text: part.text };
  const { data: bytes } = part;
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  if (part.type === 'audio') return { type: 'input_audio', input_audio: { data, format: part.format } };
  const url = `data:${part.mediaType};base64,${data}`;
  return part.type === 'image'
    ? { type: 'image_url', image_url: { url } }
    : { type: 'video_url', video_url: { url } };
}

const finishes: Readonly<Record<string, TextReply['finish']>> = {
  stop: 'stop',
  length: 'length',
  content_filter: 'filter',
};

function readText({ content, refusal, finishReason, promptTokens, answerTokens }: ChatReply): TextReply {
  const finish = finishReason === undefined ? undefined : finishes[finishReason];
  return {
    text: content !== '' ? content : (refusal ?? ''),
    ...(finish && { finish }),
    promptTokens,
    answerTokens,
  };
}
