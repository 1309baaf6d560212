import type { EmbeddedModality } from '../stages/embedded-models.js';
import type { ExperimentSettings } from './experiment.js';

const shared: ExperimentSettings = {
  optimize: {},
  trainable: { kind: 'lora', rank: 8, alpha: 16 },
  align: { sft: { steps: 100 }, dpo: { steps: 80 } },
  perConcept: 4,
};

/**
 * Settings of the toy experiment. Chosen on the validation renderings only, then fixed; `sea reproduce` runs them on
 * fresh seeds and test renderings. All arms use the same.
 *
 * - `optimize`: the optimizer's defaults. Looser embeddings (0.005 nats a token instead of 0.001) verify as well, but what is
 *   trained on them carries over less to real pictures (image ASR 15 / 21 % instead of 4 / 7 %, seen / held out; one seed,
 *   all weights trained).
 * - `optimize` for sound: less noise on M(silence), longer steps and a tighter stop. On one seed SEA then refused 16 / 29 % of the
 *   harmless recordings and let 2 / 5 % of the attacks through; with the tighter stop alone 33 / 57 % and 8 / 0 %. On another seed
 *   4 / 19 % and 4 / 5 %; with the defaults 13 / 19 % and 4 / 5 %. Three embeddings a sample, three content questions or looser
 *   embeddings did not help.
 * - `trainable`: LoRA of rank 8. Training everything refused 39 to 50 % of the harmless pictures of held-out concepts, after
 *   training on real pictures too, rank 8 14 %; rank 4 let 15 / 46 % of image attacks through (one seed).
 * - `align.dpo`: 80 steps; 100 refused 29 % of the harmless pictures of held-out concepts instead of 14 % (one seed).
 */
export function experimentSettings(modality: EmbeddedModality): ExperimentSettings {
  if (modality !== 'audio') return shared;
  const optimize = { noise: 0.1, learningRate: 0.8, steps: 160, stop: { lossPerToken: 0.0002 } };
  return { ...shared, optimize };
}
