import { z } from 'zod';
import { ConfigError, sha256, type PhraseKind } from '@sea-align/core';
import { frameOf, sentencesOf } from '../english/question-frames.js';
import { parsePhrase, type ParsedPhrase } from '../english/phrase-parser.js';
import { detoxify } from '../text/detoxify.js';
import { contentWords, findPhrase, normalise, wordsOf } from '../text/phrase-matching.js';
import { stem } from '../text/inflection.js';
import { activitySentence } from '../text/verb-phrase.js';
import { reject, type ExtractionRequest, type ExtractionResult, type PhraseExtractor } from './extraction.js';

/** A phrase that is known beforehand, as the toy world knows all of its things. */
export interface LexiconEntry {
  phrase: string;
  kind: PhraseKind;
  /** What the content sample is to say; for an activity made from the phrase if absent, for a product the phrase. */
  sentence?: string;
  /** Wordings that count as naming the phrase in an answer; derived from the phrase if absent. */
  expect?: string[];
}

export interface OfflineExtractorOptions {
  lexicon?: readonly LexiconEntry[];
  /** Whether simple English is parsed where the lexicon finds nothing (default true). */
  rules?: boolean;
}

const lexiconSchema = z.array(
  z.strictObject({
    phrase: z.string().trim().min(1),
    kind: z.enum(['activity', 'product']),
    sentence: z.string().min(1).optional(),
    expect: z.array(z.string().min(1)).min(1).optional(),
  }),
);

/** The entries whose phrase is in the instruction, less those inside a longer match. */
function lexiconMatches(instruction: string, longestFirst: readonly LexiconEntry[]): LexiconEntry[] {
  let left = instruction;
  const found: LexiconEntry[] = [];
  for (const entry of longestFirst) {
    const match = findPhrase(left, entry.phrase);
    if (match === undefined) continue;
    found.push(entry);
    left = left.split(match).join(' \u0000 ');
  }
  return found;
}

/** Content words of the phrase that the detoxified text still has outside the phrase, inflection aside. */
function leftovers(detoxified: string, phrase: string): string[] {
  const present = new Set(wordsOf(detoxified).map(stem));
  return contentWords(phrase).filter((word) => word.length > 2 && present.has(stem(word)));
}

function complete(instruction: string, { phrase, kind, sentence, expect }: LexiconEntry): ExtractionResult {
  const own = findPhrase(instruction, phrase);
  if (own === undefined) return reject('marked-phrase-missing', `"${phrase}" is not in the instruction`);
  const detoxified = detoxify(instruction, own, kind);
  if (detoxified === undefined) {
    return reject('phrase-remains', `"${own}" cannot be taken out: it is also part of what would remain`);
  }
  const left = leftovers(detoxified, own);
  if (left.length > 0) {
    return reject(
      'phrase-remains',
      `"${left.join('", "')}" of the phrase "${own}" is also elsewhere in the instruction`,
    );
  }
  return {
    extraction: {
      phrase: own,
      kind,
      detoxified,
      sentence: sentence ?? (kind === 'activity' ? activitySentence(own) : own),
      ...(expect === undefined ? {} : { expect }),
    },
  };
}

function byRules(instruction: string): ParsedPhrase | ExtractionResult {
  const framed = sentencesOf(instruction)
    .map(frameOf)
    .filter((frame) => frame !== undefined);
  if (framed.length === 0) {
    return reject(
      'unsupported-wording',
      'not one of the simple English requests that the offline rules know',
    );
  }
  if (framed.length > 1) return reject('several-requests', `${framed.length} sentences are requests`);
  const parsed = parsePhrase(framed[0]);
  return 'rejection' in parsed ? { rejection: parsed.rejection } : parsed;
}

/**
 * An extractor without a language model: longest match in a lexicon, then fixed rules for simple English requests ("How
 * do I ...", "Teach me to ...", "Where can I buy ...", "Give me instructions for ..."). It rejects with a reason rather
 * than guess. It knows nothing of the world and has no dictionary, so it cannot: read other languages; take apart requests
 * for two things; find a phrase in stories, code words, questions such as "Why ..." or commands without one of its
 * openings; tell a harmful part of a phrase from a harmless one; inflect irregular verbs beyond its list.
 *
 * @throws ConfigError listing every fault of the lexicon.
 */
export function createOfflineExtractor(options: OfflineExtractorOptions = {}): PhraseExtractor {
  const { lexicon = [], rules = true } = options;
  const checked = lexiconSchema.safeParse(lexicon);
  if (!checked.success) {
    throw new ConfigError('The lexicon of the offline extractor is not valid:', {
      issues: checked.error.issues.map(({ path, message }) => ({
        path: `lexicon${path.map((p) => `[${String(p)}]`).join('')}`,
        message,
      })),
    });
  }
  const entries = new Map(checked.data.map((entry) => [normalise(entry.phrase), entry]));
  const longestFirst = [...entries.values()].sort(
    (a, b) => b.phrase.length - a.phrase.length || (a.phrase < b.phrase ? -1 : 1),
  );
  const fingerprint =
    longestFirst.length === 0 ? '' : `+lexicon:${sha256(JSON.stringify(longestFirst)).slice(0, 12)}`;

  return {
    name: `offline${fingerprint}${rules ? '' : '-no-rules'}`,
    extract: async ({ instruction, phrase, kind }: ExtractionRequest) => {
      if (phrase !== undefined) {
        const known = entries.get(normalise(phrase));
        const marked = kind ?? known?.kind;
        if (marked !== undefined) {
          return complete(
            instruction,
            known?.kind === marked ? { ...known, phrase } : { phrase, kind: marked },
          );
        }
        const guess = byRules(instruction);
        if ('kind' in guess && normalise(guess.phrase) === normalise(phrase))
          return complete(instruction, guess);
        return reject('unclear-phrase', `the row marks "${phrase}" without its kind (activity or product)`);
      }
      const matches = lexiconMatches(instruction, longestFirst);
      if (matches.length > 1) {
        return reject(
          'several-requests',
          `names ${matches.map((entry) => `"${entry.phrase}"`).join(' and ')}`,
        );
      }
      if (matches.length === 1) return complete(instruction, matches[0]);
      if (!rules) return reject('unsupported-wording', 'no phrase of the lexicon is in the instruction');
      const parsed = byRules(instruction);
      return 'kind' in parsed ? complete(instruction, parsed) : parsed;
    },
  };
}
