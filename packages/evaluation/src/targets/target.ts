import type { Spend } from '@sea-align/chat';
import type { BenchModality, Decoding, TokenCounts } from '../bench/records.js';

/** A file shown with a question. */
export interface RequestMedium {
  readonly modality: BenchModality;
  /** Absolute path. */
  readonly path: string;
  /** Media of equal ids are the same; they are read and encoded once where that saves work. */
  readonly id: string;
}

/** One question to a model. */
export interface TargetRequest {
  /** Tells requests apart in messages. */
  readonly key: string;
  /** May be empty where the medium says everything. */
  readonly question: string;
  /** Replaces the target's own `systemPrompt`; empty: no system prompt. */
  readonly system?: string;
  readonly medium?: RequestMedium;
  readonly decoding: Decoding;
}

/** An answer, or why there is none after the target's own retries; the other requests are not concerned. */
export type TargetReply =
  | {
      /** The whole answer without special tokens; may be empty. */
      readonly answer: string;
      /** `length`: cut off at `maxNewTokens`. Missing where the target does not say. */
      readonly finish?: 'stop' | 'length';
      readonly latencyMs: number;
      readonly tokens?: TokenCounts;
      readonly error?: undefined;
    }
  | {
      readonly error: string;
      /** The server could not be reached or takes no more requests, after all retries: the next request may well fare no better. */
      readonly outage?: boolean;
      readonly latencyMs: number;
    };

/** What a run would take. Tokens are estimates; `note` says how they were made and what is not known. */
export interface CostEstimate {
  readonly requests: number;
  readonly promptTokens?: number;
  readonly answerTokens?: number;
  /** Missing where no price was given. */
  readonly spend?: Spend;
  readonly note: string;
}

/** A model under test, wherever it runs. */
export interface Target {
  /** User-visible; stored with every answer. Holds no secret. */
  readonly name: string;
  readonly modalities: readonly BenchModality[];
  /** What a request without `system` is asked with, where that is known. */
  readonly systemPrompt?: string;
  /** Requests that one call of `answer` should get. */
  readonly batchSize: number;
  /** Calls of `answer` that make sense at once. */
  readonly concurrency: number;
  /** For manifests: kind, model, settings. Holds no secret. */
  describe(): Record<string, unknown>;
  /** Needs no key, sends no request, loads no weights. */
  estimate(requests: readonly TargetRequest[]): Promise<CostEstimate>;
  /**
   * Replies in the order of `requests`.
   * @throws SeaError only for what concerns every request (key refused, no such model, command not found), or the reason
   * of `signal`
   */
  answer(
    requests: readonly TargetRequest[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<TargetReply[]>;
  /** What this process spent so far; undefined where no price was given. */
  spend(): Spend | undefined;
  /** Gives back weights, processes and connections. */
  close(): Promise<void>;
}
