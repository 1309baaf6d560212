import type { ExperimentSettings } from './experiment.js';

/**
 * Settings of the toy experiment. Chosen on the validation renderings only, then fixed; `sea reproduce` runs them on
 * fresh seeds and test renderings. All arms use the same.
 *
 * - `optimize`: the optimizer's defaults. Looser embeddings (0.005 nats a token instead of 0.001) verify as well, but what is
 *   trained on them carries over less to real pictures (image ASR 15 / 21 % instead of 4 / 7 %, seen / held out; one seed,
 *   all weights trained).
 * - `trainable`: LoRA of rank 8. Training everything refused 39 to 50 % of the harmless pictures of held-out concepts, after
 *   training on real pictures too, rank 8 14 %; rank 4 let 15 / 46 % of image attacks through (one seed).
 * - `align.dpo`: 80 steps; 100 refused 29 % of the harmless pictures of held-out concepts instead of 14 % (one seed).
 */
export const experimentSettings: ExperimentSettings = {
  optimize: {},
  trainable: { kind: 'lora', rank: 8, alpha: 16 },
  align: { sft: { steps: 100 }, dpo: { steps: 80 } },
  perConcept: 4,
};
