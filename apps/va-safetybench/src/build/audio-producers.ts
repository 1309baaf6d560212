import {
  buildAudioOnly,
  buildKpt,
  buildKptNoise,
  checkAudioOptions,
  checkNoiseOptions,
  expectedSpeechSeconds,
} from '@sea-align/bench-audio';
import type { AudioFiles, AudioOptions, AudioProvenance, NoiseOptions, Speech } from '@sea-align/bench-audio';
import { sampleHash, type FfmpegTools } from '@sea-align/media';
import type { BuildFolder } from './build-folder.js';
import type { Producer, StagedFile } from './producer.js';
import type { CaseRecord } from './records.js';

export interface AudioProducerOptions {
  readonly folder: BuildFolder;
  readonly speech: Speech;
  /** Whether `speech` asks a service. */
  readonly asksService: boolean;
  readonly audio: Omit<AudioOptions, 'speech' | 'signal'>;
  readonly noise: Omit<NoiseOptions, 'seed'>;
  readonly seed: number;
  /** Also write a WAV file beside each mp3. */
  readonly wav: boolean;
  readonly tools: FfmpegTools;
  readonly versions: Readonly<Record<string, string>>;
}

/** Seconds that one sound takes on one core, speaking and encoding (measured on 2 cores), besides its length's share. */
const secondsEach = 0.1;
/** Speaking a second of sound with the offline voice, and resampling it. */
const secondsPerSecond = 0.05;

type Make = (testCase: CaseRecord, files: AudioFiles, options: AudioOptions) => Promise<AudioProvenance>;

/** Producers of Audio_only, KPT and KPT_noise. Throws ConfigError for faults in the settings. */
export function createAudioProducers(options: AudioProducerOptions): Producer[] {
  const { seed, noise } = options;
  checkAudioOptions({ ...options.audio, speech: options.speech });
  checkNoiseOptions({ ...noise, seed });
  return [
    producer(
      'Audio_only',
      ({ questions }) => questions.audio.Text_only,
      options,
      (testCase, files, audio) => buildAudioOnly(testCase.questions.audio.Text_only, files, audio),
    ),
    producer(
      'KPT',
      ({ phrase }) => phrase,
      options,
      (testCase, files, audio) => buildKpt(testCase.phrase, files, audio),
    ),
    producer(
      'KPT_noise',
      ({ phrase }) => phrase,
      options,
      (testCase, files, audio) => {
        const own = JSON.stringify([seed, testCase.scenario, testCase.id]);
        return buildKptNoise(testCase.phrase, files, audio, { ...noise, seed: own });
      },
    ),
  ];
}

function producer(
  task: AudioProvenance['task'],
  textOf: (testCase: CaseRecord) => string,
  options: AudioProducerOptions,
  make: Make,
): Producer {
  const { folder, speech, asksService, audio, tools, versions } = options;
  return {
    task,
    estimate: async (cases) => {
      const spoken = cases.map((testCase) => expectedSpeechSeconds(textOf(testCase)));
      const seconds = spoken.reduce((sum, each) => sum + secondsEach + each * secondsPerSecond, 0);
      const note = asksService ? `${speech.name}: a free service; its time is not known` : undefined;
      // KPT_noise finds what KPT has asked for.
      const calls = asksService && task !== 'KPT_noise' ? cases.length : 0;
      return { calls, seconds: calls > 0 ? undefined : seconds, spend: [], unpriced: false, note };
    },
    produce: async (testCase, signal) => {
      const extensions = options.wav ? ['mp3', 'wav'] : ['mp3'];
      const staged = extensions.map((extension) => ({ extension, staged: folder.stagingPath(extension) }));
      const files = Object.fromEntries(staged.map((each) => [each.extension, each.staged]));
      const provenance = await make(testCase, files, { ...audio, speech, signal });
      const hashed = staged.map(async (each): Promise<StagedFile> => {
        return { ...each, decoded: await sampleHash(each.staged, { tools, signal }) };
      });
      return { files: await Promise.all(hashed), standIn: false, provenance: { ...provenance }, versions };
    },
  };
}
