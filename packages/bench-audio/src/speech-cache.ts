import { join } from 'node:path';

import { canonicalJson, MediaError, sha256, writeFileAtomic } from '@sea-align/core';
import { encodeWav, parseWav, readWav, type Sound } from '@sea-align/media';

import type { Speech } from './speech.js';

/**
 * A voice that keeps what it spoke in `folder`, as 16-bit WAV files named by a hash of the voice's facts and the
 * text. So a text that is needed twice (KPT and KPT_noise, or after a restart) is asked for once and sounds the
 * same each time, also with a voice that never says a thing twice alike. A damaged file is spoken anew. Throws as
 * `speech` does, and DiskError.
 */
export function cacheSpeech(speech: Speech, folder: string): Speech {
  const underWay = new Map<string, Promise<Sound>>();
  return {
    name: speech.name,
    describe: () => speech.describe(),
    speak: async (text, options = {}) => {
      options.signal?.throwIfAborted();
      const key = sha256(canonicalJson({ speech: speech.describe(), text }));
      for (;;) {
        const running = underWay.get(key);
        if (running === undefined) {
          const made = fetchSpeech(speech, join(folder, key.slice(0, 2), `${key}.wav`), text, options);
          underWay.set(key, made);
          try {
            return await made;
          } finally {
            underWay.delete(key);
          }
        }
        // Another caller's failure, an abort for instance, is not ours: then try ourselves.
        const shared = await running.catch(() => undefined);
        if (shared !== undefined) return shared;
      }
    },
  };
}

async function fetchSpeech(
  speech: Speech,
  path: string,
  text: string,
  options: { signal?: AbortSignal },
): Promise<Sound> {
  const kept = await readKept(path);
  if (kept !== undefined) return kept;
  const { samples, sampleRate } = await speech.speak(text, options);
  const wav = encodeWav(samples, sampleRate);
  await writeFileAtomic(path, wav);
  return parseWav(wav, path);
}

async function readKept(path: string): Promise<Sound | undefined> {
  try {
    return await readWav(path);
  } catch (error) {
    if (MediaError.isInstance(error)) return undefined;
    throw error;
  }
}
