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
import {
  createComfyTextToVideo,
  createHttpTextToVideo,
  createHuggingFaceTextToVideo,
  createSceneAnimator,
} from '@sea-align/bench-video';
import type {
  ComfyTextToVideoOptions,
  HttpTextToVideoOptions,
  HuggingFaceTextToVideoOptions,
  TextStyle,
  TextToVideo,
} from '@sea-align/bench-video';
import { ConfigError } from '@sea-align/core';
import type { ChatClient } from '@sea-align/chat';
import type { FfmpegTools } from '@sea-align/media';
import { fromFile, type Settings, type SpeechName, type TextToVideoName } from '../settings/settings.js';
import { createVideoProducers } from './video-producers.js';
import type { Records } from './records.js';
import { createAudioProducers } from './audio-producers.js';
import type { BuildFolder } from './build-folder.js';
import type { Producer } from './producer.js';
import { mediumOf, type TaskSelection } from './tasks.js';

export interface ProducerOptions {
  readonly folder: BuildFolder;
  readonly records: Records;
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
  const producers = [
    ...(mediums.has('Video') ? await videoProducers(options, tools) : []),
    ...(mediums.has('Audio') ? audioProducers(options, tools) : []),
  ];
  return selection.media.flatMap((task) => producers.filter((producer) => producer.task === task));
}

async function videoProducers(options: ProducerOptions, tools: FfmpegTools): Promise<Producer[]> {
  const { folder, records, settings, chat, seed, versions } = options;
  return createVideoProducers({
    folder,
    records,
    style: settings.typo as TextStyle,
    textToVideo: await textToVideoOf(options, tools),
    chat,
    seed,
    tools,
    versions,
  });
}

/** Options are checked by bench-video, with every fault. */
async function textToVideoOf(
  { textToVideo, settings }: ProducerOptions,
  tools: FfmpegTools,
): Promise<TextToVideo> {
  const options = settings.textToVideo;
  switch (textToVideo) {
    case 'http':
      return createHttpTextToVideo(options as unknown as HttpTextToVideoOptions);
    case 'comfyui': {
      const workflow = await fromFile('textToVideo.workflow', options.workflow);
      return createComfyTextToVideo({ ...options, workflow } as unknown as ComfyTextToVideoOptions);
    }
    case 'huggingface':
      return createHuggingFaceTextToVideo(options as unknown as HuggingFaceTextToVideoOptions);
    case 'animator':
      if (Object.keys(options).length > 0) {
        throw new ConfigError('The animator has no settings, but textToVideo has some.', {
          hint: 'Choose who makes the videos: --text-to-video http, comfyui or huggingface.',
        });
      }
      return createSceneAnimator({ tools });
  }
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
