import path from 'node:path';
import type { MultimodalModel } from '@sea-align/mllm';
import { prepareSchema } from '../recipe/recipe-schema.js';
import { prepareStage } from '../stages/prepare-stage.js';
import type { StageContext } from '../stages/stage-context.js';

export interface PrepareToyRequest extends StageContext {
  readonly model: MultimodalModel;
  readonly out: string;
  readonly seed: number;
}

/** Prepares the toy text dataset in the words that the model uses itself; gives the file of prepared samples. */
export async function prepareToyDataset({
  model,
  out,
  seed,
  ...context
}: PrepareToyRequest): Promise<string> {
  const settings = prepareSchema.parse({ extractor: { kind: 'offline', lexicon: 'toy' }, probeMedia: 'toy' });
  const data = [{ input: 'toy', format: 'auto', harmful: true }] as const;
  await prepareStage({
    ...context,
    data,
    settings,
    model,
    modality: model.modality,
    seed,
    out,
    base: process.cwd(),
  });
  return path.join(out, 'prepared.jsonl');
}
