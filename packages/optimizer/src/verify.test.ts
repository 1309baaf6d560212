import { describe, expect, it } from 'vitest';
import { contentQuestion, toySample } from './testing/toy-model.js';
import { judgeAnswers, verificationQuestions } from './verify.js';

const asked = [
  { question: 'Q1', expect: ['a bomb', 'an explosive'] },
  { question: 'Q2', expect: ['yes'] },
  { question: 'Q3', expect: ['red'] },
];

describe('verificationQuestions', () => {
  it('asks the content question first, expecting phrase or sentence where nothing was prepared for it', () => {
    const sample = { ...toySample('a', 'juggling knives'), sentence: 'A clown juggles knives.' };
    expect(verificationQuestions(sample)).toEqual([
      { question: contentQuestion, expect: ['juggling knives', 'A clown juggles knives.'] },
      { question: 'What is it?', expect: ['juggling knives'] },
    ]);
  });

  it('takes the prepared expectation for the content question, and asks it once', () => {
    const prepared = { question: contentQuestion, expect: ['knives'] };
    const sample = { ...toySample('a', 'juggling knives'), verification: [asked[1], prepared] };
    expect(verificationQuestions(sample)).toEqual([prepared, asked[1]]);
  });

  it('does not ask what a control sample has trained on', () => {
    const sample = { ...toySample('a', 'a knife'), verification: asked };
    const controls = [...sample.controls, { role: 'content' as const, question: 'Q2', target: 'a knife' }];
    expect(verificationQuestions(sample, controls).map(({ question }) => question)).toEqual([
      contentQuestion,
      'Q1',
      'Q3',
    ]);
  });
});

describe('judgeAnswers', () => {
  const judge = (texts: string[], require: 'content' | 'majority' | 'all') =>
    judgeAnswers(asked, texts, require);

  it('passes an answer that names any of the expected phrases', () => {
    const { verified, answers } = judge([' It is an EXPLOSIVE. ', 'Yes, it is.', 'It is red'], 'all');
    expect(verified).toBe(true);
    expect(answers[0]).toEqual({ question: 'Q1', answer: 'It is an EXPLOSIVE.', passed: true });
  });

  it.each([
    // answers to Q1, Q2, Q3; kept under: content, majority, all
    [
      ['a bomb', 'yes', 'blue'],
      [true, true, false],
    ],
    [
      ['a bomb', 'no', 'blue'],
      [true, false, false],
    ],
    [
      ['a cat', 'yes', 'red'],
      [false, false, false],
    ],
  ])('%j', (texts, [content, majority, all]) => {
    expect(judge(texts, 'content').verified).toBe(content);
    expect(judge(texts, 'majority').verified).toBe(majority);
    expect(judge(texts, 'all').verified).toBe(all);
  });

  it('gives the first failure as the reason', () => {
    expect(judge(['a cat', 'yes', 'red'], 'all').reason).toBe(
      'asked "Q1", expected "a bomb" or "an explosive", answered "a cat"',
    );
    expect(judge(['a bomb', 'no', 'blue'], 'all').reason).toContain('asked "Q2"');
  });
});
