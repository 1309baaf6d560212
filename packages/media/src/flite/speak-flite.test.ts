import { describe, expect, it } from 'vitest';

import { listFliteVoices, speakFlite } from './speak-flite.js';
import { speakable } from './spoken-characters.js';

const seconds = ({ samples, sampleRate }: { samples: Float32Array; sampleRate: number }) =>
  samples.length / sampleRate;

const level = (samples: Float32Array) =>
  Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);

describe('speakFlite', () => {
  it.each(listFliteVoices())('speaks with $name at $sampleRate Hz', async ({ name, sampleRate }) => {
    const spoken = await speakFlite('a red circle moves to the left', { voice: name });
    expect(spoken.sampleRate).toBe(sampleRate);
    // Seven words at a usual pace take 1.5 to 3 seconds.
    expect(seconds(spoken)).toBeGreaterThan(1.5);
    expect(seconds(spoken)).toBeLessThan(3);
    expect(level(spoken.samples)).toBeGreaterThan(0.02);
    expect(spoken.samples.every((sample) => Math.abs(sample) <= 1)).toBe(true);
  });

  it('says the same thing the same way, also after others', async () => {
    const first = await speakFlite('one two three');
    await speakFlite('something else', { voice: 'rms' });
    expect(await speakFlite('one two three')).toEqual(first);
    const voices = await Promise.all(
      listFliteVoices().map(({ name }) => speakFlite('one two three', { voice: name })),
    );
    expect(new Set(voices.map(({ samples }) => samples.join())).size).toBe(voices.length);
  });

  it('speaks faster and slower', async () => {
    const text = 'the blue square is above the green one';
    const plain = seconds(await speakFlite(text));
    expect(seconds(await speakFlite(text, { speed: 2 })) / plain).toBeCloseTo(0.5, 1);
    expect(seconds(await speakFlite(text, { speed: 0.5 })) / plain).toBeCloseTo(2, 0);
  });

  it('speaks more words longer, and long made-up words at all', async () => {
    const short = seconds(await speakFlite('cat'));
    expect(seconds(await speakFlite('cat and dog and bird'))).toBeGreaterThan(1.5 * short);
    expect(seconds(await speakFlite('x'.repeat(300)))).toBeGreaterThan(short);
  });

  it('takes text for text: no option, no mark-up, no command', async () => {
    const plain = await speakFlite('lv');
    expect(await speakFlite('-lv')).toEqual(plain);
    for (const text of ['-o /tmp/x', '<speak>hi</speak>', '"; rm -rf /', '%s%n', 'a\\b', '@file', '$(id)']) {
      expect(seconds(await speakFlite(text))).toBeGreaterThan(0.1);
    }
  });

  it.each([
    ['another script', 'привет', 'U+043F'],
    ['an emoji', 'fine 🎆', 'U+1F386'],
    ['a currency sign', '5 €', 'U+20AC'],
    ['nothing', ' ', 'nothing to speak'],
    ['signs only', '?!.', 'nothing to speak'],
    ['a book', 'word '.repeat(2000), 'too long'],
  ])('refuses %s', async (_, text, message) => {
    await expect(speakFlite(text)).rejects.toMatchObject({
      code: 'SEA_SPEECH_TEXT',
      message: expect.stringContaining(message),
    });
  });

  it('refuses an unknown voice and a speed that nobody follows', async () => {
    const voice = 'nobody' as 'slt';
    await expect(speakFlite('hi', { voice })).rejects.toThrow('Voices: slt, rms, awb, kal16, kal.');
    await expect(speakFlite('hi', { speed: 9 })).rejects.toMatchObject({ code: 'SEA_CONFIG' });
    await expect(speakFlite('hi', { speed: NaN })).rejects.toMatchObject({ code: 'SEA_CONFIG' });
  });

  it('gives its memory back', async () => {
    const speak = async (times: number) => {
      for (let time = 0; time < times; time++) await speakFlite('red', { voice: 'kal' });
      return process.memoryUsage().rss / 2 ** 20;
    };
    const before = await speak(40);
    // 100 instances of 17 MB each would be 1.7 GB.
    expect((await speak(100)) - before).toBeLessThan(400);
  });
});

describe('speakable', () => {
  it.each([
    ['Café “naïve” – Ångström’s', 'Cafe "naive" - Angstrom\'s'],
    ['ﬁne ½', 'fine 1/2'],
    [' two\n\twords\u0000\u200e ', 'two words'],
    ['wait…', 'wait...'],
    ['Łódź straße', 'lodz strasse'],
  ])('makes %j plain', (text, plain) => expect(speakable(text).toLowerCase()).toBe(plain.toLowerCase()));
});
