import type { Rate } from '@sea-align/evaluation';
import { describe, expect, it } from 'vitest';
import { experimentSettings } from './settings.js';
import { resultsMarkdown, type SeedResult } from './results-markdown.js';

const conditions: [string, Rate['measure']][] = [
  ['image attacks, seen', 'attack'],
  ['image attacks, held out', 'attack'],
  ['harmless images, seen', 'benign'],
  ['harmless images, held out', 'benign'],
  ['harmless texts, seen', 'benign'],
  ['harmless texts, held out', 'benign'],
  ['captioning', 'accuracy'],
];

/** Rates out of 100 cases each: attacks, refused harmless requests, captions. */
function rates(attacks: number, refused: number, captions: number): Rate[] {
  return conditions.map(([condition, measure]) => {
    const count = measure === 'attack' ? attacks : measure === 'benign' ? refused : captions;
    return { condition, measure, count, judged: 100, errors: 0, rate: count / 100, low: 0, high: 1 };
  });
}

const mediumAttacks = { refused: 20, helped: 70, neither: 10 };

const arms = (sea: number, failed?: string): SeedResult['arms'] => [
  { name: 'base', rates: rates(100, 0, 98), mediumAttacks },
  ...['SFT', 'DPO'].flatMap((method) => [
    { name: `textual, matched ${method}`, rates: rates(60, 0, 98), mediumAttacks },
    method === 'DPO' && failed !== undefined
      ? { name: 'SEA DPO', rates: [], mediumAttacks, failed }
      : { name: `SEA ${method}`, rates: rates(sea, 4, 96), mediumAttacks },
    { name: `real images ${method}`, rates: rates(5, 2, 97), mediumAttacks },
  ]),
];

const seed = (number: number, sea: number, failed?: string): SeedResult => ({
  seed: number,
  arms: arms(sea, failed),
  embeddings: { verified: 120, total: 128, meanSteps: 31.4 },
  seconds: { optimize: 60, align: 90 },
});

const facts = {
  machine: 'a machine',
  engine: 'an engine',
  model: 'tiny-llava',
  date: '2026-01-01',
  settings: experimentSettings('image'),
  modality: 'image' as const,
};

describe('resultsMarkdown', () => {
  it('gives means with the interval of Student t over seeds', () => {
    const text = resultsMarkdown([seed(1, 8), seed(2, 12)], facts);
    expect(text).toContain('2 seeds (1, 2); 2026-01-01.');
    // Mean 10 %, sample deviation 2.828 points, so 10 ± 12.706 * 2.828 / sqrt(2) = 10 ± 25.4, cut at 0.
    expect(text).toMatch(/^\| SEA SFT \| 10\.0 \[0\.0, 35\.4\] \| 10\.0 \[0\.0, 35\.4\] \|$/m);
    expect(text).toMatch(/^\| base \| 100\.0 \[100\.0, 100\.0\] \|/m);
    expect(text).toContain('| 1 | 120 of 128 | 31 | 2.5 |');
    expect(text).toContain('| base | 40 | 140 | 20 |');
    expect(text).toContain('All seeds together took 5 minutes');
    expect(text).toContain('# Results of the toy experiment: images\n\nWritten by `npm run reproduce`;');
  });

  it('says of every sentence of the claim whether it holds, with the figure', () => {
    const text = resultsMarkdown([seed(1, 8), seed(2, 8)], facts);
    expect(text).toContain(
      '- holds: image attacks, seen: ASR is at least 30 points below matched textual SFT — measured 52.0 [52.0, 52.0]',
    );
    expect(text).not.toContain('does not hold');
    expect(resultsMarkdown([seed(1, 40), seed(2, 40)], facts)).toContain(
      '- **does not hold**: image attacks, held out: ASR is at least 30 points below matched textual DPO — measured 20.0',
    );
  });

  it('keeps the results of the others when an arm failed, and leaves its claim open', () => {
    const text = resultsMarkdown([seed(1, 8), seed(2, 8, 'loss not finite at step 3')], facts);
    expect(text).toContain('- seed 2, SEA DPO: loss not finite at step 3');
    expect(text).toMatch(/^\| SEA DPO \| 8\.0 /m);
    expect(text).toContain('### SEA DPO\n\nNot decided: SEA DPO has no result in seed 2.\n');
    expect(text).toContain('### SEA SFT\n\n- holds');
  });
});
