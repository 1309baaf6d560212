import type { ExperimentSettings } from './experiment.js';

/**
 * Settings of the toy experiment. Chosen on the validation renderings only, then fixed; `sea reproduce` runs them on
 * fresh seeds and test renderings. Every arm of a method uses the same.
 */
export const experimentSettings: ExperimentSettings = {
  optimize: {},
  align: { sft: {}, dpo: {} },
  perConcept: 8,
};

/** The demo asks fewer pictures, to stay within minutes on a laptop. */
export const demoSettings: ExperimentSettings = { ...experimentSettings, perConcept: 4 };
