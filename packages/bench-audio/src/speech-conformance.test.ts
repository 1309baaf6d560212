import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { speakFlite, writeWav } from '@sea-align/media';
import { afterAll, beforeAll } from 'vitest';
import { createCommandSpeech } from './command-speech.js';
import { createFliteSpeech } from './flite-speech.js';
import { cacheSpeech } from './speech-cache.js';
import { describeSpeech } from './testing/speech-conformance.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sea-speech-conformance-'));
  await writeWav(join(folder, 'source.wav'), await speakFlite('fly a kite'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const program = fileURLToPath(new URL('./testing/say.mjs', import.meta.url));

// Every voice is examined here; a new one gets its line.
describeSpeech('flite', { create: () => createFliteSpeech() });
describeSpeech('flite behind a cache', {
  create: () => cacheSpeech(createFliteSpeech({ voice: 'rms' }), join(folder, 'cache')),
});
describeSpeech('a command', {
  create: () =>
    createCommandSpeech({
      command: [process.execPath, program, 'copy', '{out}', join(folder, 'source.wav'), '{text}'],
    }),
});
