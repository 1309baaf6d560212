import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureInside, ProgressMeter, SeaError } from '@sea-align/core';
import { decodeAudio, writeWav } from '@sea-align/media';
import pLimit from 'p-limit';
import { z } from 'zod';
import { mediumOf } from '../build/tasks.js';
import type { Medium } from './check-media.js';
import { deleteAndBuild, type CheckSummary, type Fault } from './fault.js';
import { audioFactsOf } from './media-properties.js';
import { findRecogniser, type Recogniser } from './speech-recogniser.js';
import { plainLetters } from './read-text.js';
import type { VerifyOptions } from './verify-benchmark.js';

/** What PocketSphinx's model was trained on. */
const recogniserRate = 16_000;
/** With more candidates than these, each scenario has a grammar of its own. */
const largestGrammar = 300;

interface Spoken {
  readonly path: string;
  readonly text: string;
  /** Seconds from the beginning. */
  readonly start: number;
  /** Sounds of one group are told from each other. */
  readonly group: string;
}

/** Hears by PocketSphinx which phrase or instruction of the benchmark each sound says. */
export async function checkSpeech(
  media: readonly Medium[],
  { root, concurrency, signal, onProgress }: VerifyOptions,
): Promise<{ summary: CheckSummary; faults: Fault[] }> {
  const what = 'speech recognised among all phrases or instructions';
  const spoken = grouped(media);
  const recogniser = await findRecogniser();
  if ('missing' in recogniser) {
    return {
      summary: { check: 'speech', what, checked: 0, faults: 0, skipped: recogniser.missing },
      faults: [],
    };
  }
  const folder = await mkdtemp(join(tmpdir(), 'va-safetybench-'));
  try {
    const meter = new ProgressMeter('listening', spoken.length, onProgress);
    const limit = pLimit(concurrency);
    const heard = await Promise.all(
      [...new Set(spoken.map(({ group }) => group))].map((group) =>
        limit(async () => {
          const own = spoken.filter((each) => each.group === group);
          const result = await listen(own, root, folder, recogniser.recognise, signal);
          meter.tick(own.length);
          return result;
        }),
      ),
    );
    const faults = heard.flatMap((each) => each.faults);
    const checked = heard.reduce((sum, each) => sum + each.checked, 0);
    const left = spoken.length - checked;
    const some = left === 0 ? undefined : `${left} with words that PocketSphinx's dictionary lacks`;
    const skipped = spoken.length === 0 ? 'there are no sounds' : some;
    return {
      summary: { check: 'speech', what: `${what} (PocketSphinx)`, checked, faults: faults.length, skipped },
      faults,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const textSchema = z.object({ spokenText: z.string() });

function grouped(media: readonly Medium[]): Spoken[] {
  const audio = media.filter(({ task }) => mediumOf(task) === 'Audio');
  const apart = audio.length > largestGrammar;
  return audio.map((medium) => {
    const what = medium.task === 'Audio_only' ? 'instructions' : 'phrases';
    return {
      path: medium.files[0].path,
      text: textSchema.parse(medium.provenance).spokenText,
      start: audioFactsOf(medium).speechStart,
      group: apart ? `${what} of ${medium.scenario}` : what,
    };
  });
}

async function listen(
  spoken: readonly Spoken[],
  root: string,
  folder: string,
  recognise: Recogniser,
  signal: AbortSignal,
): Promise<{ checked: number; faults: Fault[] }> {
  const group = await mkdtemp(join(folder, 'group-'));
  const readable: (Spoken & { sound: string })[] = [];
  const faults: Fault[] = [];
  for (const each of spoken) {
    const sound = join(group, `${readable.length}.wav`);
    try {
      await cutSpeech(each, root, sound, signal);
      readable.push({ ...each, sound });
    } catch (error) {
      signal.throwIfAborted();
      if (!SeaError.isInstance(error)) throw error;
      faults.push({ path: each.path, check: 'speech', fault: error.message, fix: deleteAndBuild });
    }
  }
  const candidates = [...new Set(readable.map(({ text }) => text))];
  const sounds = readable.map(({ sound }) => sound);
  const { unknown, heard } = await recognise(candidates, sounds, signal);
  await rm(group, { recursive: true, force: true });
  const beyond = new Set(unknown);
  const known = readable
    .map((each, at) => ({ ...each, heard: heard[at] }))
    .filter(({ text }) => !beyond.has(text));
  const wrong = known.filter((each) => plainLetters(each.heard ?? '') !== plainLetters(each.text));
  return { checked: known.length, faults: [...faults, ...wrong.map((each) => misheard(each, each.heard))] };
}

/** Writes what is after the noise as the recogniser wants it. */
async function cutSpeech(
  { path, start }: Spoken,
  root: string,
  sound: string,
  signal: AbortSignal,
): Promise<void> {
  const sampleRate = recogniserRate;
  const samples = await decodeAudio(ensureInside(root, path), { sampleRate, signal });
  await writeWav(sound, { samples: samples.slice(Math.round(start * sampleRate)), sampleRate });
}

function misheard({ path, text }: Spoken, heard: string | null): Fault {
  const other =
    heard === null ? 'nothing of the benchmark is heard there' : `${JSON.stringify(heard)} is heard there`;
  const fault = `it is to say ${JSON.stringify(text)}, but ${other}`;
  return { path, check: 'speech', fault, fix: `Listen to it; the recognition may err. ${deleteAndBuild}` };
}
