import { parseConfig } from '@sea-align/core';
import { z } from 'zod';

import type { Speech } from './speech.js';

/** How the benchmark's sound files are made; the defaults are this project's, the paper publishes none. */
export interface AudioOptions {
  speech: Speech;
  /** Hz of all files (default 24 000). Below 22 050 white noise cannot reach 10 kHz. */
  sampleRate?: (typeof sampleRates)[number];
  /** Integrated loudness of the speech, LUFS by BS.1770 (default -20). */
  loudness?: number;
  /** The speech's largest sample, dBFS (default -1). */
  peakLimit?: number;
  /** kbit/s of mp3 files (default 128). */
  mp3BitRate?: (typeof bitRates)[number];
  signal?: AbortSignal;
}

/** The noise before the speech of KPT_noise. */
export interface NoiseOptions {
  /** Default 3. */
  seconds?: number;
  /** RMS, dBFS, -90 … -5 (default -20). */
  level?: number;
  /** Same seed: same samples, on every machine. */
  seed: number | string;
}

/** The rates that mp3 has, without telephone rates. */
const sampleRates = [16_000, 22_050, 24_000, 32_000, 44_100, 48_000] as const;
/** What MPEG-1 and MPEG-2 layer III both have. */
const bitRates = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160] as const;

const audioSchema = z.strictObject({
  sampleRate: z.literal(sampleRates).default(24_000),
  loudness: z.number().min(-50).max(-5).default(-20),
  peakLimit: z.number().min(-20).max(0).default(-1),
  mp3BitRate: z.literal(bitRates).default(128),
});

const noiseSchema = z.strictObject({
  seconds: z.number().min(0.01).max(60).default(3),
  level: z.number().min(-90).max(-5).default(-20),
  seed: z.union([z.int(), z.string()]),
});

/** Audio options with their defaults. */
export type CheckedAudioOptions = Required<Omit<AudioOptions, 'signal'>> & Pick<AudioOptions, 'signal'>;
/** Noise options with their defaults. */
export type CheckedNoiseOptions = Required<NoiseOptions>;

/** Defaults filled in. Throws ConfigError with every fault. */
export function checkAudioOptions({ speech, signal, ...rest }: AudioOptions): CheckedAudioOptions {
  return { ...parseConfig(audioSchema, rest, 'audio options'), speech, signal };
}

/** Defaults filled in. Throws ConfigError with every fault. */
export function checkNoiseOptions(options: NoiseOptions): CheckedNoiseOptions {
  return parseConfig(noiseSchema, options, 'noise options');
}
