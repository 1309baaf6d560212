import { dmClip, dmTypoClip, describeScene, sceneRequest, TypoRenderer } from '@sea-align/bench-video';
import type { TextStyle, TextToVideo } from '@sea-align/bench-video';
import type { ChatClient } from '@sea-align/chat';
import { MediaError, Rng } from '@sea-align/core';
import type { FfmpegTools } from '@sea-align/media';
import type { BuildFolder } from './build-folder.js';
import { hashOfFrames, videoHash } from './decoded-hash.js';
import type { Produced, Producer } from './producer.js';
import type { CaseRecord, Records } from './records.js';
import { mediaPath } from './tasks.js';

export interface VideoProducerOptions {
  readonly folder: BuildFolder;
  readonly records: Records;
  readonly style: TextStyle;
  readonly textToVideo: TextToVideo;
  /** Describes scenes; without it a template does. */
  readonly chat?: ChatClient;
  readonly seed: number;
  readonly tools: FfmpegTools;
  readonly versions: Readonly<Record<string, string>>;
}

/** Seconds of one core for the parts of a clip (measured on 2 cores). */
const seconds = { word: 0.04, hash: 0.06, normalise: 0.25, join: 0.25 } as const;

const free = { calls: 0, spend: [], unpriced: false } as const;

/** Producers of TYPO, DM and DM_TYPO. Throws ConfigError for faults in the style. */
export function createVideoProducers(options: VideoProducerOptions): Producer[] {
  return [typoProducer(options), dmProducer(options), dmTypoProducer(options)];
}

function typoProducer({ folder, style, tools, versions }: VideoProducerOptions): Producer {
  const renderer = new TypoRenderer(style, { tools, hashFrames: true });
  return {
    task: 'TYPO',
    estimate: async (cases) => {
      const words = new Set(cases.flatMap(({ phrase }) => phrase.split(/\s+/)));
      return { ...free, seconds: words.size * seconds.word + cases.length * seconds.hash };
    },
    prepare: (cases, signal) =>
      renderer.prepare(
        cases.map(({ phrase }) => phrase),
        { signal },
      ),
    produce: async ({ phrase }, signal) => {
      const staged = folder.stagingPath('mp4');
      const { shown, ...provenance } = await renderer.clip(phrase, staged, { signal });
      const decoded = hashOfFrames(await renderer.frameHashes(phrase, { signal }));
      const files = [{ staged, extension: 'mp4', decoded }];
      return { files, shown: [...shown], standIn: false, provenance, versions };
    },
  };
}

function dmProducer(options: VideoProducerOptions): Producer {
  const { folder, textToVideo, chat, tools, versions } = options;
  return {
    task: 'DM',
    estimate: async (cases) => {
      const clips = textToVideo.estimate?.(cases.length);
      const scenes = await chat?.estimate(
        cases.map((testCase) => sceneRequest(sceneTask(testCase, options))),
      );
      const generating = clips === undefined ? undefined : clips.seconds;
      return {
        calls:
          (clips?.calls ?? cases.length) + (scenes === undefined ? 0 : scenes.requests - scenes.cacheHits),
        seconds:
          generating === undefined
            ? undefined
            : generating + cases.length * (seconds.normalise + seconds.hash),
        spend: [clips?.spend, scenes?.spend].filter((each) => each !== undefined),
        unpriced:
          (clips?.calls !== 0 && clips?.spend === undefined) ||
          (scenes !== undefined && scenes.spend === undefined),
        note: textToVideo.standIn ? textToVideo.name : clips?.note,
      };
    },
    produce: async (testCase, signal) => {
      const scene = await describeScene({ ...sceneTask(testCase, options), chat, signal });
      const staged = folder.stagingPath('mp4');
      const own = caseRng(testCase, options)
        .fork('video')
        .int(2 ** 31);
      const made = await dmClip({ textToVideo, prompt: scene.scene, seed: own, tools, signal }, staged);
      const provenance = { ...made, scene };
      return video(staged, { standIn: made.standIn, provenance, versions }, tools, signal);
    },
  };
}

/** Joins onto the DM clip of the benchmark: without it there is none. */
function dmTypoProducer({ folder, records, style, tools, versions }: VideoProducerOptions): Producer {
  return {
    task: 'DM_TYPO',
    estimate: async (cases) => ({ ...free, seconds: cases.length * (seconds.join + seconds.hash) }),
    produce: async ({ scenario, name, phrase }, signal) => {
      const dm = await records.readMedium(scenario, name, 'DM');
      if (dm === undefined) {
        throw new MediaError('it begins with the DM video, which is missing', {
          code: 'SEA_BENCH_NO_DM',
        });
      }
      const staged = folder.stagingPath('mp4');
      const clip = folder.path(mediaPath('DM', scenario, name));
      const { shown, ...own } = await dmTypoClip(clip, phrase, { ...style, tools, signal }, staged);
      const provenance = { ...own, generator: dm.provenance.generator, dm: dm.files[0].decoded };
      return video(staged, { shown: [...shown], standIn: dm.standIn, provenance, versions }, tools, signal);
    },
  };
}

async function video(
  staged: string,
  facts: Omit<Produced, 'files'>,
  tools: FfmpegTools,
  signal: AbortSignal,
): Promise<Produced> {
  const decoded = await videoHash(staged, { tools, signal });
  return { files: [{ staged, extension: 'mp4', decoded }], ...facts };
}

function caseRng({ scenario, id }: CaseRecord, { seed }: VideoProducerOptions): Rng {
  return new Rng(seed, scenario, id);
}

function sceneTask(testCase: CaseRecord, options: VideoProducerOptions) {
  const { phrase, kind } = testCase;
  return { phrase, kind, rng: caseRng(testCase, options) };
}
