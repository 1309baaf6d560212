import { describe, expect, it } from 'vitest';
import { estimateText } from './estimate-text.js';

const estimate = {
  requests: 1200,
  cacheHits: 200,
  promptTokens: 123_456,
  answerTokens: 60_000,
  note: 'Estimated.',
};

describe('estimateText', () => {
  it('gives requests, tokens and spend', () => {
    expect(estimateText({ ...estimate, spend: { amount: 0.054321, currency: 'USD' } })).toBe(
      '1,200 requests, 200 of them answered by the cache; about 123,456 tokens in and 60,000 out; about 0.054 USD.\n  Estimated.',
    );
  });

  it('says where the spend is not known, and where there is none', () => {
    expect(estimateText(estimate)).toContain('spend unknown');
    expect(estimateText(undefined)).toContain('No cost');
  });
});
