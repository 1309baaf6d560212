import type { z } from 'zod';

import type { ParsedAnswer } from './json-answer.js';

/** One question to a language model, and the form its answer must have. */
export interface ChatRequest<T> {
  /** Name of the task: letters, digits, '_' and '-', at most 64. Names the schema, the cache folder, the offline rule. */
  task: string;
  system: string;
  user: string;
  /** Form of the answer. For OpenAI's strict mode: objects at the root, every key required (`nullable` for optional). */
  schema: z.ZodType<T>;
  /**
   * What the schema cannot say: undefined if the answer is good, else the fault, told to the model when it is asked
   * again. Checked on cached answers too.
   */
  validate?(value: T): string | undefined;
  /**
   * Reads an answer of a server: its JSON value, or what is wrong with it, told to the model when it is asked again.
   * Default: JSON, alone or with words and markdown around it.
   */
  parse?(text: string): ParsedAnswer;
  /** Gets every reply of a server, unfitting ones too; nothing from the cache. */
  onReply?(reply: { content: string; promptTokens?: number; answerTokens?: number }): void;
  /** Change it when the meaning of the task changes: answers cached under another version are not used. */
  version?: string;
  /** The data that `user` was written from; what rules of an offline client work on. Not sent, not part of the cache key. */
  input?: unknown;
  /** Left out of the request if undefined: not every model takes it. */
  temperature?: number;
  /** Limit of the answer in tokens. */
  maxTokens?: number;
  /** Sampling seed; with a temperature above 0 it also tells samples apart in the cache. */
  seed?: number;
  signal?: AbortSignal;
}

/** Answers requests: a server's model, or rules. */
export interface ChatClient {
  /** The checked answer. Throws ChatError; its `code` is one of `chatErrorCodes`. */
  complete<T>(request: ChatRequest<T>): Promise<T>;
  /** What `requests` would cost, without asking anything: no key is needed. */
  estimate(requests: Iterable<ChatRequest<unknown>>): Promise<ChatEstimate>;
  /** What was used so far. */
  usage(): ChatUsage;
  /** Who answers, in words for logs and manifests. Holds no secret. */
  describe(): string;
}

/** Price of tokens, as the user read it from the provider's list. */
export interface TokenPrice {
  inputPerMillion: number;
  outputPerMillion: number;
  /** Default USD. */
  currency?: string;
}

export interface Spend {
  amount: number;
  currency: string;
}

/** A dry run. Tokens are estimates; `note` says how they were made and what is not known. */
export interface ChatEstimate {
  requests: number;
  /** Of them answered by the cache, at no cost. */
  cacheHits: number;
  /** Tokens of the requests that would be sent. */
  promptTokens: number;
  answerTokens: number;
  /** Missing if no price was given. */
  spend?: Spend;
  note: string;
}

/** Counters since the client was made. */
export interface ChatUsage {
  /** Calls of `complete` that gave an answer, from the cache or not. */
  answers: number;
  cacheHits: number;
  /** Requests sent to the server, re-asks and retries included. */
  sent: number;
  /** Asked again because the answer did not fit. */
  reasked: number;
  /** Sent again after a fault of network or server. */
  retried: number;
  /** As counted by the server. */
  promptTokens: number;
  answerTokens: number;
  /** Replies for which the server gave no count; then the figures above are too low. */
  uncounted: number;
  /** Missing if no price was given. */
  spend?: Spend;
}
