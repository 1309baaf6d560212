import type { Sound } from '@sea-align/media';

/** What a manifest records about a voice; JSON-able, free of secrets. Same facts and text: same speech is expected. */
export interface SpeechFacts {
  /** `flite`, `edge-tts`, `command`. */
  readonly engine: string;
  readonly voice?: string;
  /** As the engine takes it: a factor of the normal speed, or `+10%`. */
  readonly rate?: string | number;
  readonly pitch?: string;
  /** Library behind it, and its version. */
  readonly library?: string;
  readonly version?: string;
  /** Whether the same text gives the same samples each time. */
  readonly deterministic: boolean;
  readonly [fact: string]: unknown;
}

/** Something that reads texts aloud. */
export interface Speech {
  readonly name: string;
  describe(): SpeechFacts;
  /**
   * Speaks `text`, whole. Throws MediaError (one of `speechErrorCodes`) if it cannot, or got silence or a part
   * only; the signal's own reason if it was aborted.
   */
  speak(text: string, options?: { signal?: AbortSignal }): Promise<Sound>;
}
