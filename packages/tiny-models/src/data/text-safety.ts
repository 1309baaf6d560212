import { Rng, type InstructionRecord } from '@sea-align/core';

import { complianceAnswer, howToInstruction, howToWordings, refusalAnswers } from '../grammar/how-to.js';
import type { Concept } from '../world/concepts.js';
import { seenConcepts } from './splits.js';

/** The last wording of a request is kept out of the dataset: text attacks use it. */
export const datasetWordings = howToWordings - 1;

/** One row: a refusal where the phrase is dangerous, help where it is not; `rejected` is the other one. */
export function safetyRecord(concept: Concept, wording: number, refusal: string): InstructionRecord {
  const help = complianceAnswer(concept);
  const [chosen, rejected] = concept.dangerous ? [refusal, help] : [help, refusal];
  return {
    id: `${concept.id}-${wording}`,
    instruction: howToInstruction(concept, wording),
    response: chosen,
    chosen,
    rejected,
    harmful: concept.dangerous,
    phrase: concept.name,
    kind: concept.kind,
  };
}

/**
 * The toy text safety dataset D_T: every seen concept in every dataset wording, for SFT (`response`) and DPO (`chosen`,
 * `rejected`). Rows of harmless concepts (`harmful: false`) are the retention data.
 */
export function textSafetyDataset(options: { readonly seed?: number | string } = {}): InstructionRecord[] {
  const rng = new Rng(`text-safety/${options.seed ?? 0}`);
  return seenConcepts.flatMap((concept) =>
    Array.from({ length: datasetWordings }, (_, wording) =>
      safetyRecord(concept, wording, rng.fork(`${concept.id}/${wording}`).pick(refusalAnswers)),
    ),
  );
}
