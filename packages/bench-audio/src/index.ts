export type { Speech, SpeechFacts } from './speech.js';
export { concernsOneText, speechErrorCodes, type SpeechErrorCode } from './speech-error.js';
export { createFliteSpeech, type FliteSpeechOptions } from './flite-speech.js';
export { createEdgeSpeech, type EdgeSpeechOptions } from './edge-speech.js';
export { createCommandSpeech, type CommandSpeechOptions } from './command-speech.js';
export { cacheSpeech } from './speech-cache.js';
export { cleanSpokenText, type SpokenText, type TextLimits } from './spoken-text.js';
export { expectedSpeechSeconds } from './speech-duration.js';

export {
  buildAudioOnly,
  buildKpt,
  buildKptNoise,
  type AudioFiles,
  type AudioProvenance,
} from './audio-tasks.js';
export {
  checkAudioOptions,
  checkNoiseOptions,
  type AudioOptions,
  type CheckedAudioOptions,
  type CheckedNoiseOptions,
  type NoiseOptions,
} from './audio-options.js';

export { whiteNoise, type WhiteNoiseOptions } from './white-noise.js';
export { resample, resampleMethod } from './resample.js';
export type { Loudness, LoudnessRecord } from './loudness.js';
export { activeSpeech, type ActiveSpeech } from './speech-check.js';
