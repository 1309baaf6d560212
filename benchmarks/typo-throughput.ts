import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { TypoRenderer } from '@sea-align/bench-video';
import { EngineError } from '@sea-align/core';
import { findFfmpeg, type FfmpegTools } from '@sea-align/media';
import { figure, type BenchReport } from './bench-report.js';
import { median } from './statistics.js';
import { findBaseline, runBaseline } from './typo-baseline.js';
import { typoPhrases } from './typo-phrases.js';

/** As `TypoRenderer` has it by default. */
const fontSize = 96;
const framesPerWord = 12;

interface Made {
  seconds: number;
  frames: number;
}

interface Writer {
  name: string;
  make: (phrases: readonly string[], out: string) => Promise<Made>;
}

/** Clips a second over a whole TYPO set: words coded once and joined, against PIL + OpenCV coding every frame. */
export async function benchTypo(options: { cases: number; repeats: number }): Promise<BenchReport> {
  const phrases = typoPhrases(options.cases);
  const words = phrases.flatMap((phrase) => phrase.split(' '));
  const tools = await findFfmpeg({ encoders: ['libx264'] });
  const workers = availableParallelism();
  const baseline = await findBaseline();
  const missing = typeof baseline === 'string';
  const ours: Writer = { name: 'words coded once, joined (ours)', make: (...job) => makeOurs(tools, ...job) };
  const theirs: Writer[] = missing
    ? []
    : [
        {
          name: `Python ${workers === 1 ? '' : `(${workers} processes)`}`.trim(),
          make: (some, out) =>
            runBaseline(baseline, {
              phrases: some,
              out,
              fontSize,
              framesPerWord,
              workers,
              ffmpeg: tools.ffmpeg,
            }),
        },
      ];
  const writers = [...theirs, ours];
  const seconds = await inTurns(writers, phrases, framesPerWord * words.length, options.repeats);
  const medians = seconds.map(median);
  const rows = writers.map(({ name }, at) => [
    name,
    figure(medians[at]),
    figure(options.cases / medians[at]),
    missing ? '' : `${figure(medians[0] / medians[at])}x`,
  ]);
  if (missing) rows.unshift(['Python', 'not available', '', '']);
  const compared = missing
    ? `The baseline was skipped (${baseline}); it needs pillow and OpenCV, in the Python that SEA_PYTHON names.`
    : `The baseline draws each word with Pillow ${baseline.pillow} and codes every frame with ${baseline.writer}, OpenCV ${baseline.opencv}, one clip a process, ${workers} processes.`;
  return {
    id: 'typo',
    title: 'Throughput of a whole TYPO set',
    how: `${options.cases} phrases of ${words.length} words, ${new Set(words).size} of them different (made up from a list of harmless words, drawn as often as Zipf's law says), each word ${framesPerWord} frames of 640x384; both write every clip to disk and use all ${workers} cores. Median of ${options.repeats} runs in turns over the whole set, each from an empty word cache, after a short unmeasured one. ${compared} Ours codes with ffmpeg ${tools.version.split('\n')[0]}.`,
    columns: ['clips by', 'seconds', 'clips per second', 'against Python'],
    rows,
    data: { cases: options.cases, words: words.length, seconds, baseline },
  };
}

/** A B A B …, so that whatever else the machine does meanwhile hits both alike. */
async function inTurns(
  writers: readonly Writer[],
  phrases: readonly string[],
  frames: number,
  repeats: number,
): Promise<number[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'sea-bench-typo-'));
  const seconds = writers.map((): number[] => []);
  try {
    for (const { make } of writers) await make(phrases.slice(0, 12), folder);
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (const [at, { name, make }] of writers.entries()) {
        const out = join(folder, `${repeat}-${at}`);
        await mkdir(out);
        const made = await make(phrases, out);
        if (made.frames !== frames)
          throw new EngineError(`${name} made ${made.frames} frames instead of ${frames}.`);
        seconds[at].push(made.seconds);
        await rm(out, { recursive: true });
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return seconds;
}

async function makeOurs(tools: FfmpegTools, phrases: readonly string[], out: string): Promise<Made> {
  const started = performance.now();
  const renderer = new TypoRenderer({ fontSize, secondsPerWord: framesPerWord / 24 }, { tools });
  await renderer.prepare(phrases);
  let frames = 0;
  // A few at a time: each ends with a sync to disk.
  const queue = phrases.entries();
  const work = async () => {
    for (const [at, phrase] of queue) {
      const made = await renderer.clip(phrase, join(out, `${at}.mp4`));
      frames += made.frames;
    }
  };
  await Promise.all(Array.from({ length: 4 }, work));
  return { seconds: (performance.now() - started) / 1000, frames };
}
