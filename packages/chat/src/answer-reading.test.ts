import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { redact } from './api-key.js';
import { parseJsonAnswer, readsLikeRefusal } from './json-answer.js';
import { retryAfter } from './server-fault.js';
import { estimateTokens } from './token-estimate.js';

describe('parseJsonAnswer', () => {
  it('finds any object, alone, fenced, or with words around', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const plain = JSON.parse(text) as unknown;
        for (const answer of [text, `\n ${text} \n`, `Here: ${text}. Bye.`]) {
          expect(parseJsonAnswer(answer)).toEqual({ json: plain });
        }
        fc.pre(!text.includes('```'));
        expect(parseJsonAnswer(`\`\`\`json\n${text}\n\`\`\``)).toEqual({ json: plain });
      }),
    );
  });

  it.each(['', 'no', '{', '}{', '{"a":1', '[1,'])('has a fault for "%s"', (text) => {
    expect(parseJsonAnswer(text).fault).toBeDefined();
  });
});

describe('readsLikeRefusal', () => {
  it.each([
    "I'm sorry, but I can't assist.",
    'I’m unable to',
    'Sorry, no.',
    'I cannot do that',
    'As an AI, I',
  ])('knows "%s"', (text) => expect(readsLikeRefusal(text)).toBe(true));
  it.each(['{"phrase":"sorry"}', 'The phrase is: I cannot', 'I can do that', ''])(
    'does not take "%s" for one',
    (text) => expect(readsLikeRefusal(text)).toBe(false),
  );
});

describe('retryAfter', () => {
  const now = Date.UTC(2026, 0, 1, 12, 0, 0);
  it.each([
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after-ms': '150', 'retry-after': '2' }, 150],
    [{ 'retry-after': 'Thu, 01 Jan 2026 12:00:05 GMT' }, 5000],
    [{ 'retry-after': 'Thu, 01 Jan 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('reads %j as %s ms', (headers, expected) => {
    expect(retryAfter(new Headers(headers as Record<string, string>), now)).toBe(expected);
  });
});

it('estimateTokens: four ASCII characters or one other character a token', () => {
  expect(estimateTokens('')).toBe(0);
  expect(estimateTokens('abcdefghi')).toBe(3);
  expect(estimateTokens('漢字 😀')).toBe(4);
});

it('redact takes out every occurrence', () => {
  expect(redact('a key-1 b key-1', 'key-1')).toBe('a [key] b [key]');
  expect(redact('a', undefined)).toBe('a');
});
