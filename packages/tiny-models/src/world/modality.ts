import type { ClipSpec } from './video/clip.js';
import type { RecordingSpec } from './audio/recording.js';
import type { SceneSpec } from './scene.js';

/** What decides a medium, by modality. */
export interface SceneSpecs {
  image: SceneSpec;
  video: ClipSpec;
  audio: RecordingSpec;
}

/** The modalities in which the toy world can be shown. */
export type ToyModality = keyof SceneSpecs;
export const toyModalities = ['image', 'video', 'audio'] as const satisfies readonly ToyModality[];

/** What decides a medium of any modality, or of one. */
export type ToyScene<M extends ToyModality = ToyModality> = SceneSpecs[M];
