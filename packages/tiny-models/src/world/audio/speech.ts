import { speakFlite, type FliteVoiceName } from '@sea-align/media';

import { resampled, sampleRate, trimmed } from './sound-effects.js';

/** What a voice says at a speed, without the silence around it. */
export interface Utterance {
  readonly text: string;
  readonly voice: FliteVoiceName;
  readonly speed: number;
}

/** Speaks each utterance once and keeps the last `capacity` of them. */
export class SpokenPhrases {
  private readonly kept = new Map<string, Promise<Float32Array>>();

  constructor(private readonly capacity: number) {}

  /** Samples at 16 kHz; the same array each time, not to be written to. */
  samples(utterance: Utterance): Promise<Float32Array> {
    const key = JSON.stringify([utterance.text, utterance.voice, utterance.speed]);
    const known = this.kept.get(key);
    if (known) return known;
    const spoken = speak(utterance);
    this.kept.set(key, spoken);
    if (this.kept.size > this.capacity) {
      for (const oldest of this.kept.keys()) {
        this.kept.delete(oldest);
        break;
      }
    }
    return spoken;
  }
}

async function speak({ text, voice, speed }: Utterance): Promise<Float32Array> {
  const sound = await speakFlite(text, { voice, speed });
  const voiced = trimmed(sound.samples);
  return sound.sampleRate === sampleRate ? voiced : resampled(voiced, sound.sampleRate / sampleRate);
}
