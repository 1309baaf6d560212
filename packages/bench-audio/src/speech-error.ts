import { MediaError, type SeaErrorOptions } from '@sea-align/core';

/** The `code` of a MediaError of this package. */
export const speechErrorCodes = {
  /** This text cannot be spoken: empty, too long, damaged, or of letters that the voice does not know. */
  text: 'SEA_SPEECH_TEXT',
  /** The voice gave silence, a part of the text, or something that is no speech. */
  sound: 'SEA_SPEECH_SOUND',
  /** The service refuses us. */
  refused: 'SEA_SPEECH_REFUSED',
  /** The service asks us to slow down. */
  rateLimit: 'SEA_SPEECH_RATE_LIMIT',
  /** No complete answer within the time limit. */
  timeout: 'SEA_SPEECH_TIMEOUT',
  /** The service cannot be reached, or breaks off, or answers nonsense. */
  service: 'SEA_SPEECH_SERVICE',
  /** The speech command is missing, fails, or writes no sound. */
  command: 'SEA_SPEECH_COMMAND',
  /** The library behind the voice is not installed. */
  library: 'SEA_SPEECH_LIBRARY',
} as const;

export type SpeechErrorCode = (typeof speechErrorCodes)[keyof typeof speechErrorCodes];

/** A MediaError with a code of this package. */
export function speechError(
  code: SpeechErrorCode,
  message: string,
  options: Omit<SeaErrorOptions, 'code'> = {},
): MediaError {
  return new MediaError(message, { ...options, code });
}

/** Whether `error` is about this one text or its sound: other texts may still succeed. */
export function concernsOneText(error: unknown): boolean {
  return (
    MediaError.isInstance(error) &&
    (error.code === speechErrorCodes.text || error.code === speechErrorCodes.sound)
  );
}
