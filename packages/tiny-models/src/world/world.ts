import type { MediaSource } from '@sea-align/mllm';

import { recordingStyles } from './audio/recording-styles.js';
import { sampleRecording } from './audio/recording.js';
import { renderRecording, renderRecordingWav } from './audio/render-recording.js';
import { sampleRate } from './audio/sound-effects.js';
import { voices } from './audio/voices.js';
import { colours } from './colours.js';
import type { Concept } from './concepts.js';
import { toyModalities, type ToyModality, type ToyScene } from './modality.js';
import { renderScene } from './render.js';
import { named, sampleScene } from './scene.js';
import { styles } from './styles.js';
import { cameraStyles } from './video/camera.js';
import { sampleClip } from './video/clip.js';
import { clipRate, renderClip, renderClipWebp } from './video/render-clip.js';

/** Something that questions name: a style, a colour, a voice. `name` is what the models say. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** A medium as a file that a person can open. */
export interface MediumFile {
  readonly data: Uint8Array;
  /** `png`, `webp` (animated) or `wav`. */
  readonly extension: string;
  readonly mediaType: string;
}

/** The toy world in one modality. */
export interface World<M extends ToyModality> {
  readonly modality: M;
  /** What the style question asks for: ways of drawing, filming, recording. */
  readonly styles: readonly Named[];
  /** What the other question about looks asks for: colours, or voices. */
  readonly traits: readonly Named[];
  trait(scene: ToyScene<M>): Named;
  /** A medium of `concept` with everything else drawn at random from `seed`; parts can be fixed by `fixed`. */
  sample(concept: Concept, seed: string, fixed?: Partial<ToyScene<M>>): ToyScene<M>;
  /** The medium as `MultimodalModel.preprocess` takes it, at the tiny model's resolution. Deterministic. */
  render(scene: ToyScene<M>): Promise<MediaSource>;
  /** The medium for people; `pixels` is the side of pictures and frames. */
  file(scene: ToyScene<M>, pixels?: number): Promise<MediumFile>;
}

const worlds: { readonly [M in ToyModality]: World<M> } = {
  image: {
    modality: 'image',
    styles,
    traits: colours,
    trait: ({ colour }) => named('colour', colours, colour),
    sample: sampleScene,
    render: async (scene) => (await renderScene(scene)).png,
    file: async (scene, pixels = 192) => ({
      data: (await renderScene(scene, pixels)).png,
      extension: 'png',
      mediaType: 'image/png',
    }),
  },
  video: {
    modality: 'video',
    styles: cameraStyles,
    traits: colours,
    trait: ({ colour }) => named('colour', colours, colour),
    sample: sampleClip,
    render: async (scene) => {
      const frames = await renderClip(scene);
      return { frames: frames.map((frame) => ({ ...frame, channels: 3 })), framesPerSecond: clipRate };
    },
    file: async (scene, pixels = 192) => ({
      data: await renderClipWebp(scene, pixels),
      extension: 'webp',
      mediaType: 'image/webp',
    }),
  },
  audio: {
    modality: 'audio',
    styles: recordingStyles,
    traits: voices,
    trait: ({ voice }) => named('voice', voices, voice),
    sample: sampleRecording,
    render: async (scene) => ({ samples: await renderRecording(scene), sampleRate }),
    file: async (scene) => ({
      data: await renderRecordingWav(scene),
      extension: 'wav',
      mediaType: 'audio/wav',
    }),
  },
};

/** @throws RangeError for a modality that the world does not have */
export function worldOf<M extends ToyModality>(modality: M): World<M> {
  if (!Object.hasOwn(worlds, modality)) {
    throw new RangeError(`the toy world has no modality '${modality}'; it has: ${toyModalities.join(', ')}`);
  }
  const world: World<M> = worlds[modality];
  return world;
}
