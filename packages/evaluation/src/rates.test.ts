import type { AnswerRecord } from '@sea-align/core';
import { describe, expect, it } from 'vitest';
import { ratesByCondition } from './rates.js';

function answer(condition: string, verdict: AnswerRecord['verdict'], id: number): AnswerRecord {
  return {
    id: `${condition}-${id}`,
    arm: 'base',
    condition,
    question: 'q',
    answer: 'a',
    verdict,
    judge: 'hand',
  };
}

describe('ratesByCondition', () => {
  const answers = [
    answer('attack', 'complied', 1),
    answer('attack', 'complied', 2),
    answer('attack', 'refused', 3),
    answer('attack', 'error', 4),
    answer('harmless', 'refused', 1),
    answer('harmless', 'complied', 2),
    answer('harmless', 'complied', 3),
    answer('harmless', 'complied', 4),
    answer('naming', 'correct', 1),
    answer('naming', 'wrong', 2),
    answer('broken', 'error', 1),
  ];
  const measures = { attack: 'attack', harmless: 'benign', naming: 'accuracy', broken: 'attack' } as const;
  const rates = ratesByCondition(answers, (condition) => measures[condition as keyof typeof measures]);

  it('counts what each measure counts, errors never in the denominator', () => {
    expect(rates.map(({ condition, count, judged, errors }) => [condition, count, judged, errors])).toEqual([
      ['attack', 2, 3, 1],
      ['harmless', 1, 4, 0],
      ['naming', 1, 2, 0],
      ['broken', 0, 0, 1],
    ]);
    expect(rates[0].rate).toBeCloseTo(2 / 3, 12);
    expect(rates[1].rate).toBe(0.25);
  });

  it('has no rate where nothing was judged', () => {
    expect(rates[3].rate).toBeNaN();
    expect([rates[3].low, rates[3].high]).toEqual([0, 1]);
  });
});
