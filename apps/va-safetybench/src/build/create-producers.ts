import {
  cacheSpeech,
  createCommandSpeech,
  createEdgeSpeech,
  createFliteSpeech,
} from '@sea-align/bench-audio';
import type {
  CommandSpeechOptions,
  EdgeSpeechOptions,
  FliteSpeechOptions,
  Speech,
} from '@sea-align/bench-audio';
import type { AudioOptions, NoiseOptions } from '@sea-align/bench-audio';
import type { ChatClient } from '@sea-align/chat';
import type { FfmpegTools } from '@sea-align/media';
import type { Settings, SpeechName, TextToVideoName } from '../settings/settings.js';
import { createAudioProducers } from './audio-producers.js';
import type { BuildFolder } from './build-folder.js';
import type { Producer } from './producer.js';
import { mediumOf, type TaskSelection } from './tasks.js';

export interface ProducerOptions {
  readonly folder: BuildFolder;
  readonly settings: Settings;
  readonly textToVideo: TextToVideoName;
  readonly speech: SpeechName;
  readonly wav?: boolean;
  readonly seed: number;
  readonly selection: TaskSelection;
  readonly tools?: FfmpegTools;
  readonly chat?: ChatClient;
  readonly versions: Readonly<Record<string, string>>;
}

/** The producers of the selected tasks, in their order. Throws ConfigError for faults in the settings. */
export async function createProducers(options: ProducerOptions): Promise<Producer[]> {
  const { selection, tools } = options;
  if (tools === undefined) return [];
  const mediums = new Set(selection.media.map(mediumOf));
  const producers = [...(mediums.has('Audio') ? audioProducers(options, tools) : [])];
  return selection.media.flatMap((task) => producers.filter((producer) => producer.task === task));
}

function audioProducers(options: ProducerOptions, tools: FfmpegTools): Producer[] {
  const { folder, settings, seed, wav = false, versions } = options;
  return createAudioProducers({
    folder,
    speech: cacheSpeech(speechOf(options), folder.path('work', 'cache', 'speech')),
    asksService: options.speech === 'edge',
    // Checked by bench-audio, with every fault.
    audio: settings.audio as Omit<AudioOptions, 'speech'>,
    noise: settings.noise as Omit<NoiseOptions, 'seed'>,
    seed,
    wav,
    tools,
    versions,
  });
}

function speechOf({ speech, settings }: ProducerOptions): Speech {
  if (speech === 'edge') return createEdgeSpeech(settings.speech as EdgeSpeechOptions);
  if (speech === 'command') return createCommandSpeech(settings.speech as unknown as CommandSpeechOptions);
  return createFliteSpeech(settings.speech as FliteSpeechOptions);
}
