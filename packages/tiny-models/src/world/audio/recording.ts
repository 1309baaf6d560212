import { Rng } from '@sea-align/core';
import type { FliteVoiceName } from '@sea-align/media';

import type { Concept } from '../concepts.js';
import { named } from '../scene.js';
import { recordingStyles, type RecordingStyle } from './recording-styles.js';
import { heldoutSpeeds, trainingSpeeds, voices, wordings, type Voice } from './voices.js';

/** Everything that decides a recording; plain data, so that it can be stored beside an answer. */
export interface RecordingSpec {
  readonly modality: 'audio';
  readonly concept: string;
  /** How it is recorded. */
  readonly style: string;
  readonly voice: FliteVoiceName;
  /** Which of the wordings of the phrase is spoken. */
  readonly wording: number;
  /** Pace of the voice, as a multiple of its own. */
  readonly speed: number;
  /** Seeds pitch, loudness, when the voice begins, and everything about the place and the noise. */
  readonly seed: string;
}

export const recordingStyleById = (id: string): RecordingStyle =>
  named('recording style', recordingStyles, id);
export const voiceById = (id: string): Voice => named('voice', voices, id);

/**
 * A recording of `concept` with everything else drawn at random from `seed`; parts can be fixed by `fixed`. Seeds that begin
 * with `train/` speak at the training speeds, all others at those held out.
 */
export function sampleRecording(
  concept: Concept,
  seed: string,
  fixed: Partial<RecordingSpec> = {},
): RecordingSpec {
  const rng = new Rng(`recording/${concept.id}/${seed}`);
  return {
    modality: 'audio',
    concept: concept.id,
    style: rng.pick(recordingStyles).id,
    voice: rng.pick(voices).id,
    wording: rng.int(wordings.length),
    speed: rng.pick(seed.startsWith('train/') ? trainingSpeeds : heldoutSpeeds),
    seed,
    ...fixed,
  };
}
