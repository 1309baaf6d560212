import { describe, expect, it } from 'vitest';
import { audioReach, framesOfMel, maxAudioTokens, tokensOfMel, windowMelFrames } from './audio-lengths.js';
import { audioEncoderSchema } from './audio-encoder-config.js';

const whisper = audioEncoderSchema.parse({});
const odd = audioEncoderSchema.parse({ max_source_positions: 13 });

describe('lengths of a sound', () => {
  it("HF's formulas: (n - 1) // 2 + 1 frames, (frames - 2) // 2 + 1 tokens", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 3000].map(framesOfMel)).toEqual([1, 1, 2, 2, 3, 3, 4, 1500]);
    expect([1, 2, 3, 4, 5, 6, 7, 3000].map(tokensOfMel)).toEqual([0, 0, 1, 1, 1, 1, 2, 750]);
    expect([windowMelFrames(whisper), maxAudioTokens(whisper)]).toEqual([3000, 750]);
    expect([windowMelFrames(odd), maxAudioTokens(odd)]).toEqual([26, 6]);
  });

  it('the encoder reads one frame more than it pools, and one more of the spectrogram, but not over the window', () => {
    expect(audioReach(whisper, 1)).toEqual({ frames: 3, mel: 7 });
    expect(audioReach(whisper, 749)).toEqual({ frames: 1499, mel: 2999 });
    expect(audioReach(whisper, 750)).toEqual({ frames: 1500, mel: 3000 });
    expect(audioReach(odd, 6)).toEqual({ frames: 13, mel: 26 });
    expect(audioReach(odd, 5)).toEqual({ frames: 11, mel: 23 });
  });
});
