import type { HostTensor } from '@sea-align/compute';
import { MediaError } from '@sea-align/core';
import type { PreparedMedium } from '../family/prepared-medium.js';
import { audioGeometry } from './audio-geometry.js';
import { audioReach, tokensOfMel } from './audio-lengths.js';
import { audioKeyMask } from './audio-tower.js';
import type { Qwen2AudioConfig } from './qwen2-audio-config.js';
import type { LogMel } from './spectrogram/log-mel.js';

/**
 * What the encoder reads of a sound: the part of the window that its tokens depend on, and the mask of frames without sound.
 * HF reads the whole window; the outputs are the same, as masked frames weigh nothing.
 * @throws MediaError for a sound too short to make one token
 */
export function audioMedium(config: Qwen2AudioConfig, { values, frames, length }: LogMel): PreparedMedium {
  const tokens = tokensOfMel(length);
  if (tokens < 1) {
    throw new MediaError(
      `The sound is too short: it makes ${length} spectrogram frame${length === 1 ? '' : 's'}, and an audio token needs 3.`,
    );
  }
  const reach = audioReach(config.audio, tokens);
  const { numMelBins } = config.audio;
  const inputFeatures = new Float32Array(numMelBins * reach.mel);
  for (let bin = 0; bin < numMelBins; bin++) {
    inputFeatures.set(values.subarray(bin * frames, bin * frames + reach.mel), bin * reach.mel);
  }
  return {
    geometry: audioGeometry(config, tokens),
    features: {
      input_features: float32(inputFeatures, [numMelBins, reach.mel]),
      attention_mask: float32(audioKeyMask([length], reach.frames), [1, 1, reach.frames]),
    },
  };
}

function float32(data: Float32Array, shape: readonly number[]): HostTensor {
  return { data, shape, dtype: 'float32' };
}
