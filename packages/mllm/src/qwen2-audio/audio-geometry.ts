import { ConfigError } from '@sea-align/core';
import type { MediumGeometry } from '../family/medium-geometry.js';
import { maxAudioTokens } from './audio-lengths.js';
import type { Qwen2AudioConfig } from './qwen2-audio-config.js';

/**
 * A sound of `tokens` audio tokens. E holds their rows only: what HF's encoder puts out for the padding behind the sound never
 * reaches the language model.
 */
export function audioGeometry(config: Qwen2AudioConfig, tokens: number): MediumGeometry {
  return {
    key: `audio ${tokens}`,
    modality: 'audio',
    rows: tokens,
    width: config.audio.hiddenSize,
    tokens,
    placeholderId: config.audioTokenId,
    span: tokens,
  };
}

/** @throws ConfigError where the key is none of `audioGeometry` or longer than the window */
export function parseAudioGeometry(config: Qwen2AudioConfig, key: string): MediumGeometry {
  const tokens = Number(/^audio ([1-9]\d{0,8})$/.exec(key)?.[1]);
  const most = maxAudioTokens(config.audio);
  if (tokens <= most) return audioGeometry(config, tokens);
  throw new ConfigError(
    `"${key}" is no geometry of this Qwen2-Audio model, which has "audio 1" to "audio ${most}" (tokens).`,
  );
}
