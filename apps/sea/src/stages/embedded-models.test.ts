import { ConfigError } from '@sea-align/core';
import { tinyModelNames, toyModalities } from '@sea-align/tiny-models';
import { describe, expect, it } from 'vitest';
import { embeddedModality, embeddedModalities, embeddedModels, toyModality } from './embedded-models.js';

describe('embedded models', () => {
  it('are those that ship', () => {
    expect(embeddedModels).toEqual(tinyModelNames);
    expect(embeddedModalities).toEqual(toyModalities);
  });

  it('are found by name, paths are not', () => {
    expect(embeddedModality('tiny-qwen2-audio')).toBe('audio');
    expect(embeddedModality('./tiny-qwen2-audio')).toBeUndefined();
  });

  it('refuse a modality that the toy world does not have', () => {
    expect(toyModality('video')).toBe('video');
    expect(() => toyModality('smell')).toThrow(ConfigError);
    expect(() => toyModality('constructor')).toThrow(/no modality "constructor"/);
  });
});
