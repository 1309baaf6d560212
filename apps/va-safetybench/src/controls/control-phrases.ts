import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatasetError, readJsonl, sha256File, type PhraseKind } from '@sea-align/core';
import { z } from 'zod';
import { readJsonMembers } from '../source/json-members.js';
import { faultsOf } from '../source/read-mm-safetybench.js';
import { phraseKind, requiredText } from '../source/test-case.js';

/** The harmless phrases that come with this app. */
export const shippedPhrases = fileURLToPath(new URL('../../controls/phrases.jsonl', import.meta.url));

/** A harmless key phrase. */
export interface ControlPhrase {
  readonly kind: PhraseKind;
  /** What the medium shows or says. */
  readonly phrase: string;
  /** How it stands in a sentence: an activity behind "to", a product, with its article, behind "make". */
  readonly inText: string;
}

export interface ControlPhrases {
  /** Name and SHA-256 of the file: by them a resumed build knows it again. */
  readonly file: { readonly name: string; readonly sha256: string };
  readonly phrases: readonly ControlPhrase[];
}

const shownText = requiredText.transform((text) => text.trim());
const lineSchema = z.strictObject({ kind: phraseKind, phrase: shownText, inText: shownText.optional() });
const entrySchema = z.union(
  [
    shownText.transform((phrase): { phrase: string; inText?: string } => ({ phrase })),
    z.strictObject({ phrase: shownText, inText: shownText.optional() }),
  ],
  { error: 'must be a phrase, or an object of "phrase" and "inText"' },
);

/**
 * Reads harmless phrases: JSONL lines `{"kind", "phrase", "inText"?}`, or a JSON object of two lists, `activity` and
 * `product`, of phrases or such objects. A phrase that occurs again counts once. Throws DatasetError with line and field.
 */
export async function readControlPhrases(path: string = shippedPhrases): Promise<ControlPhrases> {
  const found = new Map<string, ControlPhrase>();
  for await (const { kind, phrase, inText } of path.endsWith('.jsonl') ? fromLines(path) : fromObject(path)) {
    const key = JSON.stringify([kind, phrase.toLowerCase()]);
    if (!found.has(key)) found.set(key, { kind, phrase, inText: inText ?? inSentence(kind, phrase) });
  }
  if (found.size === 0) throw new DatasetError('holds no phrases', { file: path, hint: format });
  return {
    file: { name: basename(path), sha256: await sha256File(path) },
    phrases: [...found.values()],
  };
}

const format =
  'JSONL lines {"kind": "activity" or "product", "phrase": "…"}, or JSON {"activity": ["…"], "product": ["…"]}.';

type Entry = z.output<typeof lineSchema>;

async function* fromLines(path: string): AsyncGenerator<Entry> {
  for await (const { value } of readJsonl(path, lineSchema)) yield value;
}

async function* fromObject(path: string): AsyncGenerator<Entry> {
  for await (const { key, value, line } of readJsonMembers(path)) {
    const kind = phraseKind.safeParse(key);
    if (!kind.success) {
      throw new DatasetError('must be activity or product', { file: path, line, field: key, hint: format });
    }
    if (!Array.isArray(value)) {
      throw new DatasetError('must be a list of phrases', { file: path, line, field: key, hint: format });
    }
    for (const [at, each] of value.entries()) {
      const entry = entrySchema.safeParse(each);
      if (!entry.success) {
        throw new DatasetError(faultsOf(entry.error), { file: path, line, field: `${key}[${at}]` });
      }
      yield { kind: kind.data, ...entry.data };
    }
  }
}

/** Plural products stand without an article; other phrases that do (`banana bread`) say so by `inText`. */
function inSentence(kind: PhraseKind, phrase: string): string {
  const [head] = phrase.split(/\s+(?:with|of|for|from|made|in|on|to|and)\s/);
  if (kind === 'activity' || /[^isu]s$/i.test(head)) return phrase;
  return `${/^[aeiou]/i.test(phrase) ? 'an' : 'a'} ${phrase}`;
}
