import { MediaError } from '@sea-align/core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Speech } from '../speech.js';

/** A voice to examine. */
export interface SpeechCandidate {
  create(): Speech | Promise<Speech>;
}

/** What every `Speech` promises, whoever speaks: one that passes can be put into `buildKpt` and its like. */
export function describeSpeech(name: string, { create }: SpeechCandidate): void {
  describe(`${name} is a Speech`, () => {
    let speech: Speech;
    beforeAll(async () => {
      speech = await create();
    });

    it('has a name, and facts for the manifest that survive JSON', () => {
      expect(speech.name.trim()).not.toBe('');
      const facts = speech.describe();
      expect(facts.engine).not.toBe('');
      expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
      expect(speech.describe()).toEqual(facts);
    });

    it('speaks a text: finite samples within -1 … 1 that are not silence', async () => {
      const { samples, sampleRate } = await speech.speak('fly a kite');
      expect(sampleRate).toBeGreaterThanOrEqual(8000);
      expect(samples.length / sampleRate).toBeGreaterThan(0.3);
      expect(samples.every((sample) => Math.abs(sample) <= 1)).toBe(true);
      expect(samples.some((sample) => Math.abs(sample) > 0.05)).toBe(true);
    });

    it('speaks the same samples again, if it says so', async () => {
      if (!speech.describe().deterministic) return;
      const [first, second] = [await speech.speak('a kite'), await speech.speak('a kite')];
      expect(second.samples).toEqual(first.samples);
    });

    it.each(['', ' \n '])('refuses %j with a MediaError: there is nothing to say', async (text) => {
      await expect(speech.speak(text)).rejects.toSatisfy((error) => MediaError.isInstance(error));
    });

    it('stops for the reason of its signal', async () => {
      const reason = new Error('enough');
      await expect(speech.speak('fly a kite', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    });
  });
}
