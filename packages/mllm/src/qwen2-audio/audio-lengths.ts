import type { AudioEncoderConfig } from './audio-encoder-config.js';

/** Frames behind the convolutions that hold sound, of `mel` spectrogram frames that do (HF `audio_feat_lengths`). */
export function framesOfMel(mel: number): number {
  return Math.floor((mel - 1) / 2) + 1;
}

/** Audio tokens of `mel` spectrogram frames that hold sound; 0 below 3 frames (HF `_get_feat_extract_output_lengths`). */
export function tokensOfMel(mel: number): number {
  return Math.floor((framesOfMel(mel) - 2) / 2) + 1;
}

/** Spectrogram frames of the window that a checkpoint was trained on; HF's encoder takes no other length. */
export function windowMelFrames(config: AudioEncoderConfig): number {
  return 2 * config.maxSourcePositions;
}

/** Audio tokens of a sound that fills the window. */
export function maxAudioTokens(config: AudioEncoderConfig): number {
  return tokensOfMel(windowMelFrames(config));
}

/** How much of the window the encoder has to look at for the first tokens to come out exactly. */
export interface AudioReach {
  /** Spectrogram frames read. */
  readonly mel: number;
  /** Frames behind the convolutions. */
  readonly frames: number;
}

/**
 * What `tokens` audio tokens depend on. Keys beyond the sound are masked, so nothing behind the sound's last frame counts but
 * what the convolutions see of it: one frame more than the tokens pool, as a sound of an odd number of frames attends to
 * its last one, and one spectrogram frame to the right of that.
 */
export function audioReach(config: AudioEncoderConfig, tokens: number): AudioReach {
  const frames = Math.min(2 * tokens + 1, config.maxSourcePositions);
  return { frames, mel: Math.min(2 * frames + 1, windowMelFrames(config)) };
}
