import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MediaError, parseConfig } from '@sea-align/core';
import { decodeAudio, type Sound } from '@sea-align/media';
import pLimit from 'p-limit';
import pRetry from 'p-retry';
import { z } from 'zod';

import { EdgeFault } from './edge-fault.js';
import { requestEdgeSpeech, type EdgeReply } from './edge-request.js';
import { edgeLibraryVersion } from './edge-library.js';
import { readMp3Frames } from './mp3-frames.js';
import { checkSpeech, endsAbruptly } from './speech-check.js';
import { speechError, speechErrorCodes } from './speech-error.js';
import type { Speech } from './speech.js';
import { cleanSpokenText } from './spoken-text.js';

export const edgeSampleRate = 24_000;
/**
 * The service ends a request at 4096 bytes of text or so; there is no part of a text here, so longer ones are
 * refused.
 */
const maxTextBytes = 4000;

export interface EdgeSpeechOptions {
  /** Name of a voice, as `en-US-AriaNeural` (default). */
  voice?: string;
  /** Change of speed, `-50%` … `+100%` (default `+0%`). */
  rate?: string;
  /** Change of pitch, `-100Hz` … `+100Hz` (default `+0Hz`). */
  pitch?: string;
  /** Requests under way at once, 1 … 4 (default 4): the service is free and shared. */
  concurrency?: number;
  /** How often a request is sent again after a fault that may pass (default 4). */
  retries?: number;
  /** Milliseconds before the first retry, doubled for each further one (default 1000) … */
  retryDelayMs?: number;
  /** … up to this (default 30 000). */
  maxRetryDelayMs?: number;
  /** Milliseconds without a sign of life after which a request counts as stalled (default 15 000). */
  stallMs?: number;
  /** Another WebSocket address than Microsoft's: `ws:` or `wss:`, without query. */
  serviceUrl?: string;
}

const optionsSchema = z.strictObject({
  voice: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,16}){1,3}$/, 'must be a voice name such as en-US-AriaNeural')
    .default('en-US-AriaNeural'),
  rate: z
    .string()
    .regex(/^(-([0-4]?\d|50)|\+(\d?\d|100))%$/, 'must be -50% … +100%, with its sign')
    .default('+0%'),
  pitch: z
    .string()
    .regex(/^[+-](\d?\d|100)Hz$/, 'must be -100Hz … +100Hz, with its sign')
    .default('+0Hz'),
  concurrency: z.int().min(1).max(4).default(4),
  retries: z.int().min(0).max(20).default(4),
  retryDelayMs: z.number().min(0).default(1000),
  maxRetryDelayMs: z.number().min(0).max(3_600_000).default(30_000),
  stallMs: z.number().min(1).max(3_600_000).default(15_000),
  serviceUrl: z
    .url({ protocol: /^wss?$/ })
    .refine((url) => !url.includes('?') && !url.includes('#'), 'must have no query')
    .optional(),
});

type CheckedOptions = z.output<typeof optionsSchema>;

/**
 * Microsoft Edge's online voices by msedge-tts. Texts go to Microsoft's service. Each request has a client and a
 * socket of its own. A reply that stalls, breaks off, is no mp3, is silent or too short for its text is asked for
 * again, with growing delays. Throws ConfigError for wrong options.
 */
export function createEdgeSpeech(options: EdgeSpeechOptions = {}): Speech {
  const checked = parseConfig(optionsSchema, options, 'edge-tts options');
  const limit = pLimit(checked.concurrency);
  const { voice, rate, pitch } = checked;
  return {
    name: 'edge-tts',
    describe: () => ({
      engine: 'edge-tts',
      voice,
      rate,
      pitch,
      library: 'msedge-tts',
      version: edgeLibraryVersion,
      deterministic: false,
    }),
    speak: async (text, { signal } = {}) => {
      const spoken = cleanSpokenText(text).text;
      const bytes = Buffer.byteLength(spoken);
      if (bytes > maxTextBytes) {
        throw speechError(
          speechErrorCodes.text,
          `The text is too long for edge-tts: ${bytes} bytes, the limit is ${maxTextBytes}.`,
        );
      }
      return limit(() => speakWithRetries(spoken, checked, signal));
    },
  };
}

async function speakWithRetries(
  text: string,
  options: CheckedOptions,
  signal: AbortSignal | undefined,
): Promise<Sound> {
  let attempts = 0;
  try {
    return await pRetry(
      async () => {
        attempts += 1;
        return decodeReply(await requestEdgeSpeech({ ...options, text, signal }), text, options);
      },
      {
        retries: options.retries,
        minTimeout: options.retryDelayMs,
        maxTimeout: Math.max(options.maxRetryDelayMs, options.retryDelayMs),
        randomize: true, // parallel requests should not come back all at once
        signal,
        shouldRetry: ({ error }) => isWorthRetry(error),
      },
    );
  } catch (error) {
    signal?.throwIfAborted();
    const often = attempts > 1 ? `, after ${attempts} attempts` : '';
    if (error instanceof EdgeFault) {
      throw speechError(error.code, `edge-tts: ${error.message}${often}.`, { hint: error.hint });
    }
    throw error;
  }
}

function isWorthRetry(error: unknown): boolean {
  if (error instanceof EdgeFault) return error.retry;
  return MediaError.isInstance(error) && error.code === speechErrorCodes.sound;
}

/** Throws EdgeFault or MediaError (`SEA_SPEECH_SOUND`) unless the reply is the whole text, spoken. */
async function decodeReply(reply: EdgeReply, text: string, options: CheckedOptions): Promise<Sound> {
  const frames = readMp3Frames(reply.mp3);
  if (frames === undefined) {
    throw incomplete(reply.mp3.length === 0 ? 'it holds no sound' : 'it is not whole mp3 frames');
  }
  if (reply.wordsEndSeconds !== undefined && frames.seconds < reply.wordsEndSeconds - 0.1) {
    const told = `${frames.seconds.toFixed(2)} s of sound, the last word ends at ${reply.wordsEndSeconds.toFixed(2)} s`;
    throw incomplete(`it breaks off early: ${told}`);
  }
  const audio = { samples: await decodeMp3(reply.mp3), sampleRate: edgeSampleRate };
  checkSpeech(audio, text, 1 + Number.parseInt(options.rate, 10) / 100);
  if (endsAbruptly(audio)) throw incomplete('it stops in the middle of the voice');
  return audio;
}

async function decodeMp3(mp3: Uint8Array): Promise<Float32Array> {
  const folder = await mkdtemp(join(tmpdir(), 'sea-speech-'));
  try {
    const path = join(folder, 'speech.mp3');
    await writeFile(path, mp3);
    return await decodeAudio(path, { sampleRate: edgeSampleRate });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function incomplete(what: string): MediaError {
  return speechError(speechErrorCodes.sound, `edge-tts gave no usable speech: ${what}.`);
}
