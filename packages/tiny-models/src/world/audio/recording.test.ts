import { parseWav } from '@sea-align/media';
import { Rng } from '@sea-align/core';
import { describe, expect, it } from 'vitest';

import { conceptById, concepts } from '../concepts.js';
import { worldOf } from '../world.js';
import { recordingStyles } from './recording-styles.js';
import { sampleRecording, type RecordingSpec } from './recording.js';
import { recordingSeconds, renderRecording, spokenText } from './render-recording.js';
import {
  highPass,
  loudness,
  lowPass,
  resampled,
  reverberation,
  sampleRate,
  trimmed,
  withNoise,
} from './sound-effects.js';
import { heldoutSpeeds, trainingSpeeds, voices, wordings } from './voices.js';

const sword = conceptById('sword');
const tone = (hertz: number, seconds = 0.5): Float32Array =>
  Float32Array.from({ length: seconds * sampleRate }, (_, i) =>
    Math.sin((2 * Math.PI * hertz * i) / sampleRate),
  );

describe('sampleRecording', () => {
  it('speaks at training speeds for training and at others for everything else', () => {
    const speeds = (split: string): Set<number> =>
      new Set(Array.from({ length: 60 }, (_, i) => sampleRecording(sword, `${split}/1/${i}`).speed));
    expect(speeds('train')).toEqual(new Set(trainingSpeeds));
    expect(speeds('validation')).toEqual(new Set(heldoutSpeeds));
    expect(speeds('test')).toEqual(new Set(heldoutSpeeds));
    expect(trainingSpeeds.filter((speed) => heldoutSpeeds.includes(speed))).toEqual([]);
  });
});

describe('spokenText', () => {
  it('is the phrase, with its own or with the definite article', () => {
    const said = (id: string) => wordings.map((_, wording) => spokenText({ concept: id, wording }));
    expect(said('umbrella')).toEqual(['an umbrella', 'the umbrella']);
    expect(said('robbing-a-bank')).toEqual(['robbing a bank', 'robbing the bank']);
    expect(() => spokenText({ concept: 'sword', wording: 9 })).toThrow(RangeError);
  });

  it('differs between all concepts', () => {
    const all = concepts.flatMap(({ id }) =>
      wordings.map((_, wording) => spokenText({ concept: id, wording })),
    );
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('renderRecording', () => {
  it('is the same for the same spec and another for another seed', async () => {
    const spec = sampleRecording(sword, 'test/a', { voice: 'slt' });
    expect(await renderRecording(spec)).toEqual(await renderRecording({ ...spec }));
    expect(await renderRecording(spec)).not.toEqual(await renderRecording({ ...spec, seed: 'test/b' }));
  });

  it.each(recordingStyles.map(({ id }) => id))(
    'fills two seconds with sound that is not cut off: %s',
    async (style) => {
      for (const { id: voice } of voices) {
        const spec = sampleRecording(conceptById('building-a-snowman'), 'test/long', {
          style,
          voice,
          speed: 0.94,
        });
        const samples = await renderRecording(spec);
        expect(samples.length).toBe(recordingSeconds * sampleRate);
        expect(samples.every((sample) => Number.isFinite(sample))).toBe(true);
        expect(samples.filter((sample) => Math.abs(sample) >= 1).length).toBeLessThan(20);
        expect(loudness(samples)).toBeGreaterThan(0.02);
      }
    },
  );

  it('keeps a telephone within its band', async () => {
    const spec = sampleRecording(sword, 'test/band', { voice: 'slt' });
    const above = async (style: string): Promise<number> => {
      const samples = await renderRecording({ ...spec, style });
      return loudness(highPass(highPass(highPass(samples, 6000), 6000), 6000)) / loudness(samples);
    };
    expect(await above('telephone')).toBeLessThan((await above('studio')) / 2);
  });

  it('refuses a style, a voice and a wording that do not exist', async () => {
    const spec = sampleRecording(sword, 'test/x');
    const wrong: readonly Partial<Record<keyof RecordingSpec, unknown>>[] = [
      { style: 'cave' },
      { voice: 'nobody' },
      { wording: 7 },
    ];
    for (const part of wrong) {
      await expect(renderRecording({ ...spec, ...part } as RecordingSpec)).rejects.toThrow(RangeError);
    }
  });

  it('becomes a WAV file for people', async () => {
    const spec = sampleRecording(sword, 'test/wav');
    const { data, extension } = await worldOf('audio').file(spec);
    const sound = parseWav(data);
    const samples = await renderRecording(spec);
    expect([extension, sound.sampleRate, sound.samples.length]).toEqual(['wav', sampleRate, samples.length]);
    const furthest = Math.max(...sound.samples.map((sample, i) => Math.abs(sample - samples[i])));
    expect(furthest).toBeLessThanOrEqual(1 / 32768);
  });
});

describe('sound effects', () => {
  it('resample to the right length and pitch', () => {
    const fast = resampled(tone(440), 1.25);
    expect(fast.length).toBe(6400);
    const expected = tone(550);
    const furthest = Math.max(...fast.slice(2, -4).map((sample, i) => Math.abs(sample - expected[i + 2])));
    expect(furthest).toBeLessThan(0.01);
  });

  it('trim silence, leaving a margin', () => {
    const samples = new Float32Array(3000);
    samples.set(tone(1000, 0.05), 1000);
    const { length } = trimmed(samples, 0.03, 100);
    expect(length).toBeGreaterThan(960);
    expect(length).toBeLessThan(1010);
  });

  it('pass what they should pass', () => {
    expect(loudness(lowPass(tone(100), 2000)) / loudness(tone(100))).toBeGreaterThan(0.95);
    expect(loudness(lowPass(tone(6000), 300)) / loudness(tone(6000))).toBeLessThan(0.15);
    expect(loudness(highPass(tone(50), 1000)) / loudness(tone(50))).toBeLessThan(0.15);
    expect(loudness(tone(440))).toBeCloseTo(Math.SQRT1_2, 3);
  });

  it('add noise of the asked loudness', () => {
    const rng = new Rng('noise');
    const noise = Float32Array.from({ length: 8000 }, () => rng.normal());
    expect(loudness(withNoise(new Float32Array(8000), noise, 0.25))).toBeCloseTo(0.25, 5);
  });

  it('echo: an impulse comes back after each delay, 60 dB down after the given time', () => {
    const impulse = new Float32Array(sampleRate + 1);
    impulse[0] = 1;
    const echoes = reverberation(impulse, 1, [1000]);
    expect(echoes[0]).toBe(1);
    expect(echoes[999]).toBe(0);
    expect(echoes[1000]).toBeCloseTo(10 ** ((-3 * 1000) / sampleRate), 6);
    expect(echoes[16000]).toBeCloseTo(0.001, 6);
  });
});
