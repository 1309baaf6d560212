import { speakFlite } from '@sea-align/media';
import { describe, expect, it } from 'vitest';

import { activeSpeech, checkSpeech, endsAbruptly } from './speech-check.js';
import { sine } from './testing/tones.js';

const tone = (seconds: number, before = 0, after = 0) => {
  const samples = new Float32Array((before + seconds + after) * 16_000);
  samples.set(sine(300, seconds, 16_000, 0.3), before * 16_000);
  return { samples, sampleRate: 16_000 };
};

describe('activeSpeech', () => {
  it('finds where a sound begins and ends', () => {
    expect(activeSpeech(tone(1, 0.5, 0.25))).toEqual({ start: 0.5, end: 1.5, seconds: 1 });
    expect(activeSpeech(tone(0, 1))).toEqual({ start: 0, end: 0, seconds: 0 });
  });
});

describe('checkSpeech', () => {
  const texts = [
    'a',
    'kite',
    'WWW',
    '1000000',
    '$1,000,000.50',
    'Dr. Smith lives at 221B Baker St.',
    'strengths',
  ];
  it.each(texts)('takes %s as it is spoken', async (text) => {
    for (const voice of ['slt', 'awb', 'kal16'] as const) {
      checkSpeech(await speakFlite(text, { voice }), text);
    }
    checkSpeech(await speakFlite(text, { speed: 2 }), text, 2);
  });

  const text = 'fly a kite in the garden'; // 19 letters: 1.33 s expected
  it.each([
    ['silent', tone(0, 2), 'silent'],
    ['empty', { samples: new Float32Array(0), sampleRate: 16_000 }, 'silent'],
    ['a click', tone(0.02, 1, 1), 'silent'],
    ['too short', tone(0.4, 0.2, 3), 'breaks off early: 0.40 s of voice where about 1.3 s are expected'],
    ['endless', tone(30), 'too long'],
    ['no numbers', { samples: Float32Array.of(0, NaN), sampleRate: 16_000 }, 'no numbers'],
  ])('refuses what is %s', (_what, audio, message) => {
    expect(() => checkSpeech(audio, text)).toThrow(message);
  });

  it('expects less time of a faster voice', () => {
    expect(() => checkSpeech(tone(0.4), text, 2)).not.toThrow();
  });
});

it('tells a sound that was cut off', async () => {
  const { samples, sampleRate } = await speakFlite('fly a kite in the garden');
  expect(endsAbruptly({ samples, sampleRate })).toBe(false);
  expect(endsAbruptly({ samples: samples.subarray(0, samples.length / 2), sampleRate })).toBe(true);
});
