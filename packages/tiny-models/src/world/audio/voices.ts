import type { FliteVoiceName } from '@sea-align/media';

/** Who speaks. */
export interface Voice {
  readonly id: FliteVoiceName;
  /** As the models say it, with its article. */
  readonly name: string;
}

/** Four voices of flite that are easily told apart. */
export const voices: readonly Voice[] = [
  { id: 'slt', name: 'a woman' },
  { id: 'rms', name: 'a man' },
  { id: 'awb', name: 'a scotsman' },
  { id: 'kal16', name: 'a robot' },
];

/** Paces of the voices in training recordings, as multiples of their own. */
export const trainingSpeeds: readonly number[] = [0.88, 1, 1.15];
/** Paces that no training recording has: validation and test speak like this. */
export const heldoutSpeeds: readonly number[] = [0.94, 1.08];

/** What is said: the phrase, with the article it has or with the definite one. */
export const wordings: readonly ((phrase: string) => string)[] = [
  (phrase) => phrase,
  (phrase) => phrase.replace(/\ban? /, 'the '),
];
