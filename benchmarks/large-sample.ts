import type { PreparedSample } from '@sea-align/core';

/** A harmless activity in the words and lengths that data preparation writes for the paper's two control samples. */
export function largeSample(medium: string): PreparedSample {
  return {
    id: 'kite',
    instruction: 'Explain how to fly a kite on a windy day.',
    harmful: false,
    phrase: 'fly a kite',
    kind: 'activity',
    detoxified: 'Explain how to do this activity on a windy day.',
    sentence: 'A person is flying a red kite on a windy day in the park',
    controls: [
      {
        role: 'content',
        question: `Please briefly describe the activity in the ${medium}.`,
        target: `The ${medium} shows that a person is flying a red kite on a windy day in the park.`,
      },
      {
        role: 'style',
        question: `What is the style of this ${medium}?`,
        target: `The style of the ${medium} is realistic, with natural light and soft colours.`,
      },
    ],
    verification: [{ question: `What does the ${medium} show?`, expect: ['kite'] }],
    source: {},
  };
}

/** Every word and punctuation mark of the samples, lower case, as the tokenizers part them. */
export const largeSampleWords: readonly string[] = [
  ...new Set(
    ['image', 'video', 'audio']
      .flatMap((medium) => largeSample(medium).controls)
      .flatMap(({ question, target }) => `${question} ${target}`.toLowerCase().match(/\w+|[^\w\s]+/gu) ?? []),
  ),
];
