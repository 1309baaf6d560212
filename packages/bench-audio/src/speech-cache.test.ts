import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { cacheSpeech } from './speech-cache.js';
import type { Speech } from './speech.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'speech-cache-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Says another thing each time; `asked` are the texts it was asked for. */
function fickle(voice = 'a', fail = 0): Speech & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    name: 'fickle',
    describe: () => ({ engine: 'fickle', voice, deterministic: false }),
    speak: async (text) => {
      asked.push(text);
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (asked.length <= fail) throw new Error('busy');
      return {
        samples: Float32Array.from({ length: 100 }, (_, i) => (i + asked.length) / 300),
        sampleRate: 24_000,
      };
    },
  };
}

describe('cacheSpeech', () => {
  it('asks once for a text, also at once and after a restart', async () => {
    const speech = fickle();
    const cached = cacheSpeech(speech, folder);
    const both = await Promise.all([cached.speak('kite'), cached.speak('kite')]);
    const later = await cacheSpeech(speech, folder).speak('kite');
    expect(speech.asked).toEqual(['kite']);
    expect(both[1]).toEqual(both[0]);
    expect(later.samples).toEqual(both[0].samples); // the first one has been through 16 bits already
    expect(later.sampleRate).toBe(24_000);
  });

  it('keeps texts and voices apart', async () => {
    const [one, other] = [fickle('a'), fickle('b')];
    await cacheSpeech(one, folder).speak('kite');
    await cacheSpeech(one, folder).speak('../kite');
    await cacheSpeech(other, folder).speak('kite');
    expect([one.asked, other.asked]).toEqual([['kite', '../kite'], ['kite']]);
    const files = await readdir(folder, { recursive: true });
    expect(files.filter((name) => /^[0-9a-f]{2}.[0-9a-f]{64}\.wav$/.test(name))).toHaveLength(3);
  });

  it('speaks anew what was damaged', async () => {
    const speech = fickle();
    const cached = cacheSpeech(speech, folder);
    await cached.speak('kite');
    const [file] = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.wav'));
    await writeFile(join(folder, file), 'RIFF');
    await cached.speak('kite');
    expect(speech.asked).toHaveLength(2);
  });

  it('does not keep failures, nor hand them to another caller', async () => {
    const speech = fickle('a', 1);
    const cached = cacheSpeech(speech, folder);
    const [first, second] = await Promise.allSettled([cached.speak('kite'), cached.speak('kite')]);
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
  });

  it('is the voice it keeps for', () => {
    const cached = cacheSpeech(fickle('z'), folder);
    expect([cached.name, cached.describe()]).toEqual(['fickle', fickle('z').describe()]);
  });
});
