import { DatasetError, Rng } from '@sea-align/core';
import { describe, expect, it } from 'vitest';
import { planTasks, tokeniseControls, type TaskOptions } from './task.js';
import { contentQuestion, styleQuestion, toyModel, toySample } from './testing/toy-model.js';

const options: TaskOptions = { seed: 1, embeddingsPerSample: 1, contentQuestions: 1, styleSamples: null };

describe('planTasks', () => {
  const open = ['Q1', 'Q2', 'Q3'].map((question) => ({ question, expect: ['a knife'] }));
  const sample = { ...toySample('a', 'a knife'), verification: open };
  const plan = (contentQuestions: number) => planTasks([sample], { ...options, contentQuestions })[0];

  it('keeps the prepared control samples with one content question', () => {
    expect(plan(1).controls).toEqual(sample.controls);
    expect(plan(1).questions.map(({ question }) => question)).toEqual([contentQuestion, 'Q1', 'Q2', 'Q3']);
  });

  it('turns verification questions into content samples with the same target, and then does not verify by them', () => {
    const { controls, questions } = plan(3);
    expect(controls.map(({ role, question, target }) => [role, question, target])).toEqual([
      ['content', contentQuestion, 'a knife'],
      ['content', 'Q1', 'a knife'],
      ['content', 'Q2', 'a knife'],
      ['style', styleQuestion, 'sketch'],
    ]);
    expect(questions.map(({ question }) => question)).toEqual([contentQuestion, 'Q3']);
  });

  it('always leaves one question that was not trained on', () => {
    expect(plan(9).questions.map(({ question }) => question)).toEqual([contentQuestion, 'Q3']);
    const [alone] = planTasks([{ ...sample, verification: open.slice(0, 1) }], {
      ...options,
      contentQuestions: 9,
    });
    expect(alone.controls).toEqual(sample.controls);
  });

  it('draws the same styles for a sample whatever else is in the run', () => {
    const styles = ['oil', 'ink', 'chalk', 'sketch', 'clay', 'neon'].map((target) => ({
      role: 'style' as const,
      question: styleQuestion,
      target,
    }));
    const rows = Array.from({ length: 20 }, (_, index) => ({
      ...toySample(`row-${index}`, 'a knife'),
      controls: [...sample.controls.slice(0, 1), ...styles],
    }));
    const drawn = (list: typeof rows) =>
      new Map(planTasks(list, { ...options, styleSamples: 2 }).map(({ id, controls }) => [id, controls]));
    const all = drawn(rows);
    expect(drawn(new Rng(3).shuffle(rows))).toEqual(all);
    expect(drawn([rows[7]]).get('row-7#0')).toEqual(all.get('row-7#0'));
    expect([...all.values()].every((controls) => controls.length === 3)).toBe(true);
    expect(new Set([...all.values()].map((controls) => controls[1].target)).size).toBeGreaterThan(2);
  });

  it('refuses a repeated id, naming file and line', () => {
    const again = { ...sample, source: { file: 'rows.jsonl', line: 12 } };
    expect(() => planTasks([sample, again], options)).toThrow(DatasetError);
    expect(() => planTasks([sample, again], options)).toThrow(/rows.jsonl:12: id: sample "a" occurs twice/);
  });
});

describe('tokeniseControls', () => {
  const model = toyModel(['a knife']);
  const ids = (text: string) => [...text].map((character) => character.charCodeAt(0) + 100);

  it('parts each prompt at the medium', () => {
    const { prefixIds, branches } = tokeniseControls(model, toySample('a', 'a knife', 'oil').controls);
    expect(prefixIds).toEqual([1, 2]);
    expect(branches).toEqual([
      { promptIds: ids(contentQuestion), targetIds: [...ids('a knife'), 0] },
      { promptIds: ids(styleQuestion), targetIds: [...ids('oil'), 0] },
    ]);
  });

  it('refuses a chat template that puts the question first', () => {
    const reversed = {
      ...model,
      prompt: ({ question }: { question: string }) => ({
        ids: [...ids(question), 9, 9],
        mediumAt: question.length,
      }),
    };
    expect(() => tokeniseControls(reversed, toySample('a', 'a knife').controls)).toThrow(
      /question before the medium/,
    );
  });
});
