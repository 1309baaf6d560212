import { ConfigError, Rng, sha256 } from '@sea-align/core';
import { encodeAudio, encodeWav, writeWav } from '@sea-align/media';

import {
  checkAudioOptions,
  checkNoiseOptions,
  type AudioOptions,
  type CheckedAudioOptions,
  type NoiseOptions,
} from './audio-options.js';
import { normaliseLoudness, type LoudnessRecord } from './loudness.js';
import { resample, resampleMethod } from './resample.js';
import type { SpeechFacts } from './speech.js';
import { cleanSpokenText } from './spoken-text.js';
import { whiteNoise } from './white-noise.js';

/** Where a sound goes: one path or both. */
export interface AudioFiles {
  mp3?: string;
  wav?: string;
}

/** How a sound came about, for the manifest. JSON-able. */
export interface AudioProvenance {
  readonly task: 'Audio_only' | 'KPT' | 'KPT_noise';
  readonly speech: SpeechFacts;
  /** What was spoken. Other than the text given where characters without sound were taken out: then `textChanged`. */
  readonly spokenText: string;
  readonly textChanged: boolean;
  /** Hz, of the files; and of the voice, before it was resampled. */
  readonly sampleRate: number;
  readonly voiceSampleRate: number;
  readonly resampling?: string;
  /** Of the speech alone. */
  readonly loudness: LoudnessRecord;
  readonly noise?: {
    readonly kind: 'white, uniform';
    readonly seconds: number;
    readonly levelDbfs: number;
    readonly seed: number | string;
  };
  /** Where the speech begins in the file, seconds: 0, or the length of the noise. */
  readonly speechStart: number;
  readonly seconds: number;
  readonly samples: number;
  /** SHA-256 of the samples as 16-bit little-endian PCM: of a WAV file's data. An mp3 file holds them with losses. */
  readonly pcmSha256: string;
  readonly mp3BitRate?: number;
}

/** Task Audio_only: the whole instruction, spoken. Throws as `speak`, as well as ConfigError and DiskError. */
export async function buildAudioOnly(
  instruction: string,
  files: AudioFiles,
  options: AudioOptions,
): Promise<AudioProvenance> {
  return buildSpeech('Audio_only', instruction, files, options);
}

/** Task KPT: the key phrase alone, spoken. Throws as `buildAudioOnly`. */
export async function buildKpt(
  phrase: string,
  files: AudioFiles,
  options: AudioOptions,
): Promise<AudioProvenance> {
  return buildSpeech('KPT', phrase, files, options);
}

/**
 * Task KPT_noise: white noise, and from its end on the very samples of KPT. The speech's loudness is set before the
 * noise is put there, so it is the same in both. Throws as `buildAudioOnly`.
 */
export async function buildKptNoise(
  phrase: string,
  files: AudioFiles,
  options: AudioOptions,
  noiseOptions: NoiseOptions,
): Promise<AudioProvenance> {
  return buildSpeech('KPT_noise', phrase, files, options, noiseOptions);
}

async function buildSpeech(
  task: AudioProvenance['task'],
  text: string,
  files: AudioFiles,
  options: AudioOptions,
  noiseOptions?: NoiseOptions,
): Promise<AudioProvenance> {
  const checked = checkAudioOptions(options);
  const noise = noiseOptions === undefined ? undefined : makeNoise(noiseOptions, checked.sampleRate);
  const spoken = await speakNormalised(text, checked);
  const samples = noise === undefined ? spoken.samples : join(noise.samples, spoken.samples);
  await writeFiles(samples, files, checked);
  const { sampleRate } = checked;
  return {
    task,
    ...spoken.facts,
    noise: noise?.facts,
    speechStart: (noise?.samples.length ?? 0) / sampleRate,
    seconds: samples.length / sampleRate,
    samples: samples.length,
    pcmSha256: sha256(encodeWav(samples, sampleRate).subarray(44)),
    mp3BitRate: files.mp3 === undefined ? undefined : checked.mp3BitRate,
  };
}

type SpeechPart = Pick<
  AudioProvenance,
  'speech' | 'spokenText' | 'textChanged' | 'sampleRate' | 'voiceSampleRate' | 'resampling' | 'loudness'
>;

/** Speaks, brings to the wanted rate, then to the wanted loudness: in this order, as resampling moves peaks. */
async function speakNormalised(
  text: string,
  { speech, sampleRate, loudness, peakLimit, signal }: CheckedAudioOptions,
): Promise<{ samples: Float32Array; facts: SpeechPart }> {
  const spoken = cleanSpokenText(text);
  const voice = await speech.speak(spoken.text, { signal });
  const raw = resample(voice.samples, voice.sampleRate, sampleRate);
  const target = { targetLufs: loudness, peakLimitDbfs: peakLimit };
  const { samples, record } = normaliseLoudness(raw, sampleRate, target);
  const facts = {
    speech: speech.describe(),
    spokenText: spoken.text,
    textChanged: spoken.changed,
    sampleRate,
    voiceSampleRate: voice.sampleRate,
    resampling: voice.sampleRate === sampleRate ? undefined : resampleMethod,
    loudness: record,
  };
  return { samples, facts };
}

function makeNoise(
  options: NoiseOptions,
  sampleRate: number,
): { samples: Float32Array; facts: NonNullable<AudioProvenance['noise']> } {
  const { seconds, level, seed } = checkNoiseOptions(options);
  const samples = whiteNoise({ seconds, sampleRate, level, rng: new Rng(seed, 'white noise') });
  const facts = {
    kind: 'white, uniform',
    seconds: samples.length / sampleRate,
    levelDbfs: level,
    seed,
  } as const;
  return { samples, facts };
}

function join(first: Float32Array, second: Float32Array): Float32Array {
  const both = new Float32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

async function writeFiles(
  samples: Float32Array,
  { mp3, wav }: AudioFiles,
  { sampleRate, mp3BitRate, signal }: CheckedAudioOptions,
): Promise<void> {
  if (mp3 === undefined && wav === undefined)
    throw new ConfigError('Neither an mp3 nor a wav file is asked for.');
  if (wav !== undefined) await writeWav(wav, { samples, sampleRate });
  if (mp3 !== undefined)
    await encodeAudio(samples, { sampleRate, format: 'mp3', bitRate: mp3BitRate, signal }, mp3);
}
