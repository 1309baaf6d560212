import { ConfigError } from '@sea-align/core';
import { describe, expect, it } from 'vitest';

import { parseTrainOptions } from './options.js';

describe('parseTrainOptions', () => {
  it('lets --steps override both stages', () => {
    const { recipe } = parseTrainOptions(['--steps', '7', '--encoder-steps', '9']);
    expect([recipe.encoderSteps, recipe.languageSteps]).toEqual([7, 7]);
  });

  it('lists every fault at once', () => {
    try {
      parseTrainOptions(['--seed=-1', '--save-every', 'often']);
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      expect(error.issues.map(({ path }) => path)).toEqual(['--seed', '--save-every']);
    }
  });

  it('names the options when one is unknown', () => {
    expect(() => parseTrainOptions(['--stepz', '3'])).toThrow(ConfigError);
    expect(() => parseTrainOptions(['--stepz', '3'])).toThrow(/stepz/);
  });
});
