import { Rng } from '@sea-align/core';
import type { MultimodalModel, PackedMember } from '@sea-align/mllm';
import { tokeniseControls } from '@sea-align/optimizer';
import { seenConcepts } from '@sea-align/tiny-models';
import { controlSamples } from './tiny-workload.js';

/** A batch as it stands at the first step: M(blank) + noise, with so many control samples each. */
export async function scoringMembers(
  model: MultimodalModel,
  batchSize: number,
  controls: number,
): Promise<{ prefixIds: number[]; members: PackedMember[] }> {
  const [blank] = await model.encode([await model.blankMedium()]);
  const rng = new Rng('bench');
  const tokenised = Array.from({ length: batchSize }, (_, index) =>
    tokeniseControls(model, controlSamples(seenConcepts[index % seenConcepts.length], index, controls)),
  );
  const members = tokenised.map(({ branches }) => ({
    embedding: { ...blank, values: blank.values.map((value) => value + 0.1 * rng.normal()) },
    branches,
  }));
  return { prefixIds: tokenised[0].prefixIds, members };
}
