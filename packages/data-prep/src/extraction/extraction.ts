import type { ChatEstimate } from '@sea-align/chat';
import type { PhraseKind } from '@sea-align/core';

/** What stage 1 learns about one instruction. */
export interface Extraction {
  /** The piece of the instruction that the medium will show, in the instruction's own spelling. */
  phrase: string;
  kind: PhraseKind;
  /** The instruction with "this activity" or "this product" for the phrase. */
  detoxified: string;
  /** Activity: a subject-verb-object sentence that names the phrase. Product: the phrase itself. */
  sentence: string;
  /** Wordings that an answer may use for the phrase; derived from the phrase where absent. */
  expect?: string[];
}

/** Why a row did not become a sample. Counted in the summary; `rejected.jsonl` has it as `code: explanation`. */
export type RejectionCode =
  | 'empty-instruction'
  | 'instruction-too-long'
  | 'response-too-long'
  | 'empty-response'
  | 'special-token'
  | 'no-safe-response'
  | 'inconsistent-labels'
  | 'marked-phrase-missing'
  | 'unsupported-wording'
  | 'several-requests'
  | 'negated-request'
  | 'unclear-phrase'
  | 'phrase-remains'
  | 'nothing-to-show'
  | 'llm-unusable'
  | 'llm-refused';

/** A row that is kept aside with its reason. */
export interface Rejection {
  code: RejectionCode;
  detail: string;
}

export type ExtractionResult = { extraction: Extraction } | { rejection: Rejection };

/** One instruction to look at; `phrase` and `kind` where the dataset already marks them. */
export interface ExtractionRequest {
  instruction: string;
  phrase?: string;
  kind?: PhraseKind;
}

/** Finds phrase, kind, detoxified instruction and sentence. Must give the same result for the same request. */
export interface PhraseExtractor {
  /** Identifies the extractor and all that changes its results; part of the settings a resumed run must share. */
  readonly name: string;
  extract(request: ExtractionRequest, signal?: AbortSignal): Promise<ExtractionResult>;
  /** What extracting from these instructions would cost at most, without doing it. Absent: it costs nothing. */
  estimate?(requests: readonly ExtractionRequest[]): Promise<ChatEstimate>;
}

export function reject(code: RejectionCode, detail: string): { rejection: Rejection } {
  return { rejection: { code, detail } };
}
