import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MediaError } from '@sea-align/core';
import { describe, expect, it } from 'vitest';
import { audioFixtures, fixtureSound, type SoundKind } from '../../testing/audio.fixture.js';
import { parseFeatureExtractorConfig } from './feature-extractor-config.js';
import { LogMelExtractor } from './log-mel.js';

interface Reference {
  configs: Record<string, object>;
  stride: Record<string, number>;
  results: {
    config: string;
    sound: SoundKind;
    samples: number;
    shape: [number, number];
    length: number;
    mean: number;
    values: number[];
  }[];
}

const reference = JSON.parse(readFileSync(join(audioFixtures, 'log-mel.json'), 'utf8')) as Reference;

function extractor(name: string): LogMelExtractor {
  return new LogMelExtractor(
    parseFeatureExtractorConfig(reference.configs[name], 'preprocessor_config.json'),
  );
}

describe('log-mel spectrograms', () => {
  it('the fixture has its cases', () => {
    expect(reference.results).toHaveLength(14);
  });

  it.each(reference.results)("$config: $samples samples of $sound are HF's within 1e-4", (expected) => {
    const { values, frames, length } = extractor(expected.config).extract(
      fixtureSound(expected.sound, expected.samples),
    );
    expect([values.length / frames, frames, length]).toEqual([...expected.shape, expected.length]);
    const stride = reference.stride[expected.config];
    const worst = Math.max(...expected.values.map((value, at) => Math.abs(value - values[at * stride])));
    expect(worst).toBeLessThan(1e-4);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean - expected.mean)).toBeLessThan(1e-5);
  });

  it('refuses an empty sound and one that is not finite', () => {
    const small = extractor('small');
    expect(() => small.extract(new Float32Array(0))).toThrow(MediaError);
    expect(() => small.extract(Float32Array.of(0, NaN))).toThrow('Sample 1 of the sound is NaN');
    // Behind the window nothing is looked at.
    const long = new Float32Array(16001);
    long[16000] = Infinity;
    expect(small.extract(long).length).toBe(100);
  });
});
