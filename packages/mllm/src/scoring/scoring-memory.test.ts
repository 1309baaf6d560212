import { expect, it } from 'vitest';
import { textConfigSchema } from '../config/text-config.js';
import type { MultimodalModel } from '../multimodal-model.js';
import { scoresByLayer } from './scoring-memory.js';

const GB = 1e9;

/** As much of a model as matters here: LLaMA-7B's decoder, so many bytes of float16 weights, 576 modality tokens. */
function model(weightBytes: number, device = 'cpu'): Parameters<typeof scoresByLayer>[0] {
  const weights: Partial<MultimodalModel['weights']> = {
    names: () => ['all'],
    shape: () => [weightBytes / 2],
    storage: () => 'float16',
  };
  return {
    engine: { device },
    geometry: { tokens: 576 },
    config: { text: textConfigSchema('llama').parse({}) },
    weights,
  } as unknown as Parameters<typeof scoresByLayer>[0];
}

const options = { prefixIds: [1, 2, 3], batchSize: 4, branches: 2 };

it('7B weights go layer by layer on a machine of 24 GB, in one graph on one of 64 GB', () => {
  expect(scoresByLayer(model(14 * GB), options, 24 * GB)).toBe(true);
  expect(scoresByLayer(model(14 * GB), options, 64 * GB)).toBe(false);
});

it('activations count, too: with few weights they alone may be too much', () => {
  // About 370 MB a layer, 12 GB in all.
  expect(scoresByLayer(model(0.1 * GB), options, 16 * GB)).toBe(true);
  expect(scoresByLayer(model(0.1 * GB), options, 40 * GB)).toBe(false);
});

it('a GPU is asked for it by name only', () => {
  expect(scoresByLayer(model(14 * GB, 'cuda'), options, 24 * GB)).toBe(false);
  expect(scoresByLayer(model(14 * GB, 'cuda'), { ...options, gradientCheckpointing: true }, 24 * GB)).toBe(
    true,
  );
});

it('what is asked for is done, whatever the memory', () => {
  expect(scoresByLayer(model(1), { ...options, gradientCheckpointing: true }, 999 * GB)).toBe(true);
  expect(scoresByLayer(model(14 * GB), { ...options, gradientCheckpointing: false }, GB)).toBe(false);
});
