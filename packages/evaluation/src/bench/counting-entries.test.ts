import { sha256 } from '@sea-align/core';
import { expect, it } from 'vitest';
import { countingAnswers, countingVerdicts } from './counting-entries.js';
import type { AnswerEntry, VerdictEntry } from './records.js';

const answer = (key: string, text: string, error?: string): AnswerEntry => ({
  key,
  target: 't',
  inputHash: 'h',
  answer: text,
  latencyMs: 1,
  ...(error !== undefined && { error }),
});
const verdict = (
  judge: string,
  text: string,
  said: VerdictEntry['verdict'],
  promptHash = 'p',
): VerdictEntry => ({
  key: 'a',
  judge,
  promptHash,
  answerHash: sha256(text),
  ...(said === undefined ? { error: 'no verdict' } : { verdict: said }),
});
const said = (entries: readonly VerdictEntry[], ...rest: [] | [{ name: string; promptHash: string }[]]) =>
  countingVerdicts(entries, countingAnswers([answer('a', 'yes')]), ...rest)
    .get('a')
    ?.get('j');

it('the last answer counts, but an answer rather than an error', () => {
  const counting = countingAnswers([
    answer('a', '', 'overloaded'),
    answer('a', 'first'),
    answer('a', 'second'),
    answer('a', '', 'overloaded'),
    answer('b', '', 'early'),
    answer('b', '', 'late'),
  ]);
  expect(counting.get('a')?.answer).toBe('second');
  expect(counting.get('b')?.error).toBe('late');
});

it('the last verdict counts, but a verdict rather than an error, and only on the answer that counts', () => {
  expect(said([verdict('j', 'yes', 'safe'), verdict('j', 'yes', 'unsafe')])?.verdict).toBe('unsafe');
  expect(said([verdict('j', 'yes', undefined), verdict('j', 'yes', 'safe')])?.verdict).toBe('safe');
  expect(said([verdict('j', 'yes', 'safe'), verdict('j', 'yes', undefined)])?.verdict).toBe('safe');
  expect(said([verdict('j', 'an older answer', 'safe')])).toBeUndefined();
  const failed = countingAnswers([answer('a', '', 'overloaded')]);
  expect(countingVerdicts([verdict('j', '', 'safe')], failed).size).toBe(0);
});

it('of a judge whose prompt is named, only what it said with it; an error with it replaces a verdict with another', () => {
  const judges = [{ name: 'j', promptHash: 'new' }];
  expect(said([verdict('j', 'yes', 'safe', 'old')], judges)).toBeUndefined();
  expect(
    said([verdict('j', 'yes', 'safe', 'new'), verdict('j', 'yes', 'unsafe', 'old')], judges)?.verdict,
  ).toBe('safe');
  expect(said([verdict('j', 'yes', 'safe', 'old'), verdict('j', 'yes', undefined, 'new')])?.error).toBe(
    'no verdict',
  );
});
