import { describe, expect, it } from 'vitest';
import { controlSampleSchema, Rng } from '@sea-align/core';
import type { Embedding, MediumGeometry } from '@sea-align/mllm';
import { describingPart, responsePrefix, stylesIn } from './answer-prefix.js';
import { controlSamples, targetResponse, verificationChecks } from './control-samples.js';
import { defaultHabits, habitsFor, withOverrides, type HabitOverrides } from './habits.js';
import { probeTargetModel, type ProbedModel } from './probe-target-model.js';

describe('openings of answers', () => {
  it.each([
    [
      ['The image shows a red kite.', 'The image shows an umbrella.', 'The image shows two dogs.'],
      'The image shows',
    ],
    [
      ['the image shows that a person is rowing .', 'the image shows that a person is baking .'],
      'the image shows that',
    ],
    [
      ['The image features a man riding a bike.', 'The image features a woman on a horse.'],
      'The image features',
    ],
    [['A cat.', 'Two dogs.', 'Some trees.'], undefined],
    [['The image shows a white wall. It is empty.'], 'The image shows'],
    [['The style of this image is a flat cartoon.'], 'The style of this image is'],
    [['Kitchen'], undefined],
    [["I'm sorry, I cannot see it.", 'The picture depicts a boat.'], 'The picture depicts'],
    [['Unfortunately, there is nothing.'], undefined],
    [[], undefined],
    [['The style is minimal.', 'The style is a sketch.', 'Oil painting.'], 'The style is'],
    // Two openings, no shared word, but each cut at its verb: no majority.
    [['The image shows a boat.', 'Here is a boat.', 'This depicts a boat.'], undefined],
  ])('%j: %s', (answers, prefix) => expect(responsePrefix(answers)).toBe(prefix));

  it('leave each answer a word of content', () => {
    expect(responsePrefix(['this is a kite', 'this is a kite too'])).toBe(
      'this is a kite'.replace(' a kite', ''),
    );
  });

  it('take the first sentence only', () => {
    expect(describingPart('  The image\n shows a box . It is big.')).toBe('The image shows a box');
    expect(describingPart('It is 3.5 m long. Yes.')).toBe('It is 3.5 m long');
    expect(describingPart('There is no activity in it.')).toBe('');
  });

  it('are followed by styles', () => {
    const answers = [
      'The style is a sketch.',
      'The style is a sketch',
      'The style is an oil painting.',
      'Modern.',
      'The style is odd, very odd.',
    ];
    expect(stylesIn(answers, 'The style is')).toEqual(['a sketch', 'an oil painting']);
  });
});

describe('target responses', () => {
  const plain = { ending: '.', lowerCase: false };
  it.each([
    ['The image shows', 'A person is baking a cake.', 'The image shows a person baking a cake.'],
    ['The image shows that', 'A person is baking a cake.', 'The image shows that a person is baking a cake.'],
    ['In the image,', 'A person is baking a cake.', 'In the image, a person is baking a cake.'],
    ['', 'A person is baking a cake.', 'A person is baking a cake.'],
    ['Sure!', 'A person is baking a cake.', 'Sure! A person is baking a cake.'],
    ['The image shows', 'a cake', 'The image shows a cake.'],
    ['The image shows', 'Mr. Whippy', 'The image shows Mr. Whippy.'],
  ])('%s + %s', (prefix, content, target) => expect(targetResponse(prefix, content, plain)).toBe(target));

  it('follow ending and case of the model', () => {
    expect(targetResponse('The image shows', 'A Person is baking', { ending: '', lowerCase: true })).toBe(
      'the image shows a person baking',
    );
  });
});

describe('control samples', () => {
  const habits = defaultHabits('image');
  const extraction = {
    kind: 'activity' as const,
    phrase: 'bake a cake',
    sentence: 'A person is baking a cake.',
  };

  it('are worded as the method says', () => {
    const [content, style] = controlSamples(extraction, habits, new Rng(1), 1);
    expect(content).toEqual({
      role: 'content',
      question: 'Please briefly describe the activity in the image.',
      target: 'The image shows a person baking a cake.',
    });
    expect(style.question).toBe('What is the style of this image?');
    expect(habits.style.styles.map((each) => `The style of this image is ${each}.`)).toContain(style.target);
    expect(
      controlSamples({ ...extraction, kind: 'product', sentence: 'a cake' }, habits, new Rng(1), 0),
    ).toEqual([
      {
        role: 'content',
        question: 'Please briefly describe the product in the image.',
        target: 'The image shows a cake.',
      },
    ]);
  });

  it('have K different styles, drawn by the seed', () => {
    const draw = (seed: number) =>
      controlSamples(extraction, habits, new Rng(seed), 4).map(({ target }) => target);
    expect(new Set(draw(1)).size).toBe(5);
    expect(draw(1)).toEqual(draw(1));
    expect(new Set([1, 2, 3, 4, 5].map((seed) => draw(seed).join())).size).toBeGreaterThan(1);
  });

  it.each(['image', 'video', 'audio'] as const)('are valid for %s', (modality) => {
    const samples = controlSamples(extraction, defaultHabits(modality), new Rng(0), 6);
    expect(samples).toHaveLength(7);
    for (const sample of samples) {
      expect(controlSampleSchema.parse(sample)).toEqual(sample);
      expect(sample.question).toContain(modality);
    }
  });

  it('refuse more styles than there are', () => {
    expect(() => controlSamples(extraction, habits, new Rng(1), 9)).toThrow(/9 style samples/);
  });

  it('are checked by other questions too', () => {
    const checks = verificationChecks(extraction, habits);
    expect(checks.map(({ question }) => question)).toEqual([
      habits.content.activity.question,
      ...habits.verification.activity,
    ]);
    expect(checks[1].question).not.toBe(habits.content.activity.question);
    for (const { expect: wordings } of checks) expect(wordings).toContain('baking a cake');
    expect(verificationChecks({ ...extraction, expect: ['cake making'] }, habits)[0].expect).toEqual([
      'cake making',
    ]);
  });
});

describe('overrides', () => {
  it('change only what they name', () => {
    const base = defaultHabits('image');
    const changed = withOverrides(base, {
      content: { product: { prefix: 'I see' } },
      style: { styles: ['a sketch'] },
    });
    expect(changed).toEqual({
      ...base,
      content: { ...base.content, product: { ...base.content.product, prefix: 'I see' } },
      style: { ...base.style, styles: ['a sketch'] },
    });
  });

  it('are checked all at once', () => {
    const wrong = {
      stile: {},
      style: { styles: [] },
      content: { product: { prefix: 1 } },
    } as unknown as HabitOverrides;
    expect(() => withOverrides(defaultHabits('image'), wrong)).toThrow(
      /content\.product\.prefix[\s\S]*style\.styles[\s\S]*stile/,
    );
  });
});

const geometry: MediumGeometry = {
  key: 'word',
  modality: 'image',
  rows: 1,
  width: 1,
  tokens: 1,
  placeholderId: 0,
  span: 1,
};

describe('a modality that has no wording here', () => {
  const smell: HabitOverrides = {
    content: {
      activity: { question: 'Which activity do you smell?', prefix: 'It smells as if' },
      product: { question: 'Which product do you smell?', prefix: 'It smells of' },
    },
    style: { question: 'How strong is it?', prefix: 'It is', styles: ['faint', 'strong'] },
    verification: { activity: ['What is going on?'], product: ['What is it?'] },
  };

  it('takes the wording it is given', () => {
    expect(habitsFor('smell', smell)).toEqual({ ...smell, modality: 'smell', ending: '.', lowerCase: false });
  });

  it('is a clear fault without it, naming what is missing', () => {
    expect(() => defaultHabits('smell')).toThrow(/modality "smell"; there are for image, video, audio/);
    const { style: _, ...rest } = smell;
    expect(() => habitsFor('smell', rest)).toThrow(/"smell" has no default habits[\s\S]*style/);
    expect(() => habitsFor('smell')).toThrow(/content[\s\S]*style[\s\S]*verification/);
  });
});

/** A model whose medium is a word; it answers from a table by question and word. */
function speaking(answer: (question: string, medium: string) => string) {
  const questions: string[] = [];
  const media: string[] = [];
  const numbered = (list: string[], value: string) => list.push(value) - 1;
  const prepared = (medium: string) => ({
    geometry,
    features: {
      number: { data: Float32Array.of(numbered(media, medium)), shape: [1], dtype: 'float32' as const },
    },
  });
  const model: ProbedModel = {
    modality: 'image',
    blankMedium: async () => prepared('nothing'),
    preprocess: async (medium) => prepared(String(medium)),
    encode: async (inputs) =>
      inputs.map(({ features }) => ({
        values: Float32Array.of(Number(features['number'].data[0]) + 100),
        geometry,
      })),
    prompt: ({ question, medium }) => {
      expect(medium).toBe(geometry);
      return { ids: [numbered(questions, question)], mediumAt: 0 };
    },
    generate: async (requests) =>
      requests.map(({ promptIds, embedding }) => ({
        ids: [],
        finished: true,
        text: answer(questions[promptIds[0]], media[(embedding as Embedding).values[0] - 100]),
      })),
  };
  return model;
}

describe('probing a model', () => {
  const toy = speaking((question, medium) => {
    const [thing, style] = medium.split('/');
    if (question.includes('style')) return `the style of this image is ${style} .`;
    return question.includes('activity')
      ? `the image shows that a person is ${thing} .`
      : `the image shows ${thing} .`;
  });

  it('takes prefixes, styles, ending and case from real media', async () => {
    const { habits, asked } = await probeTargetModel(toy, {
      media: ['a kite/a sketch', 'a sail boat/a comic print', 'an umbrella/a sketch'],
    });
    expect(habits.content.activity.prefix).toBe('the image shows that');
    expect(habits.content.product.prefix).toBe('the image shows');
    expect(habits.style.prefix).toBe('the style of this image is');
    expect(habits.style.styles).toEqual(['a sketch', 'a comic print']);
    expect(habits).toMatchObject({ ending: '.', lowerCase: true });
    expect(asked.map(({ answers }) => answers.length)).toEqual([3, 3, 3]);
  });

  it('makes do with a blank medium', async () => {
    const model = speaking((question) =>
      question.includes('style')
        ? 'The style is minimalistic'
        : question.includes('activity')
          ? 'The image depicts a blank page'
          : 'Sorry, there is none',
    );
    const { habits, asked } = await probeTargetModel(model);
    const defaults = defaultHabits('image');
    expect(habits.content.activity.prefix).toBe('The image depicts');
    expect(habits.content.product.prefix).toBe(defaults.content.product.prefix);
    expect(habits.style).toEqual({ ...defaults.style, prefix: 'The style is' });
    expect(habits).toMatchObject({ ending: '', lowerCase: false });
    expect(asked[1].finding).toContain('default');
    expect(asked[2].finding).toContain('default set kept');
  });

  it('asks the questions it is given, and lets overrides win', async () => {
    const { habits, asked } = await probeTargetModel(toy, {
      media: ['a kite/a sketch', 'a clock/a comic print'],
      overrides: {
        content: { product: { question: 'And the product?', prefix: 'I see' } },
        style: { styles: ['a woodcut'] },
        lowerCase: false,
      },
    });
    expect(asked[1].question).toBe('And the product?');
    expect(habits.content.product).toEqual({ question: 'And the product?', prefix: 'I see' });
    expect(habits.style.styles).toEqual(['a woodcut']);
    expect(habits.style.prefix).toBe('the style of this image is');
    expect(habits.lowerCase).toBe(false);
  });
});
