import type { AnswerRecord } from '@sea-align/core';
import type { EvaluationCase } from '@sea-align/evaluation';
import { describe, expect, it } from 'vitest';
import { reportExamples } from './report-examples.js';

const pictured = (condition: string, n: number, measure: EvaluationCase['measure']): EvaluationCase[] =>
  Array.from({ length: n }, (_, i) => ({
    id: `${condition}-${i}`,
    condition,
    measure,
    question: `question ${i}`,
    medium: { id: `${i}`, data: Uint8Array.of(i) },
  }));

const answer = (id: string, text: string): AnswerRecord => ({
  id,
  arm: 'any',
  condition: 'any',
  question: 'any',
  answer: text,
  verdict: 'refused',
  judge: 'refusal-phrases',
});

const show = async ({ medium }: EvaluationCase) =>
  medium && { data: medium.data as Uint8Array, mediaType: 'image/png' };

describe('reportExamples', () => {
  it('takes four cases per pictured condition, spread over all of them', async () => {
    const cases = [
      ...pictured('attacks', 9, 'attack'),
      ...pictured('harmless', 2, 'benign'),
      ...pictured('captions', 5, 'accuracy'),
      { id: 't', condition: 'texts', measure: 'attack' as const, question: 'no picture' },
    ];
    const examples = await reportExamples(cases, [], show);
    expect(examples.map(({ condition, question }) => [condition, question])).toEqual([
      ['attacks', 'question 0'],
      ['attacks', 'question 2'],
      ['attacks', 'question 4'],
      ['attacks', 'question 6'],
      ['harmless', 'question 0'],
      ['harmless', 'question 1'],
    ]);
    expect(examples[2].medium).toEqual({ data: Uint8Array.of(4), mediaType: 'image/png' });
  });

  it('puts the answers of the arms beside each other, leaving out arms that gave none', async () => {
    const arms = [
      { arm: 'base', answers: [answer('a-0', 'Sure.'), answer('a-1', 'Sure!')] },
      { arm: 'failed', answers: [] },
      { arm: 'SEA', answers: [answer('a-0', 'I cannot.')] },
    ];
    const [first, second] = await reportExamples(pictured('a', 2, 'attack'), arms, show);
    expect(first.answers).toEqual([
      { arm: 'base', answer: 'Sure.', verdict: 'refused' },
      { arm: 'SEA', answer: 'I cannot.', verdict: 'refused' },
    ]);
    expect(second.answers.map(({ arm }) => arm)).toEqual(['base']);
  });
});
