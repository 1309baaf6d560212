import type { PhraseKind } from '@sea-align/core';
import { z } from 'zod';

/** A test case as the sources have it. */
export interface TestCase {
  /** Name of the scenario in VA-SafetyBench. */
  readonly scenario: string;
  /** As in the source: untrusted, never a path. */
  readonly id: string;
  /** The original instruction, with the phrase in it. */
  readonly instruction: string;
  /** What the medium shows or says. */
  readonly phrase: string;
  readonly kind: PhraseKind;
  /** The instruction that hides the phrase, worded for an image, a video or audio; missing: an LLM has to write it. */
  readonly rewritten?: string;
  /** `file:line` */
  readonly place: string;
}

/** A case, or a part of one, that is not in the benchmark, and why. */
export interface LeftOut {
  readonly scenario?: string;
  readonly id?: string;
  /** What is missing; absent: the whole case. */
  readonly task?: string;
  readonly place?: string;
  readonly reason: string;
}

export type SourceEntry = { readonly case: TestCase } | { readonly leftOut: LeftOut };

/** A text that must be there and not be blank; its faults read well behind a field's name. */
export const requiredText = z
  .string({ error: ({ input }) => (input === undefined ? 'is missing' : 'must be a text') })
  .refine((text) => text.trim() !== '', 'is empty');

/** The two kinds of phrases that the templates know. */
export const phraseKind = requiredText.transform((text, context): PhraseKind => {
  const kind = text.trim().toLowerCase();
  if (kind === 'activity' || kind === 'product') return kind;
  context.addIssue({ code: 'custom', message: `must be activity or product, not ${JSON.stringify(text)}` });
  return z.NEVER;
});
