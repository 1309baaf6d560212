import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { createEngine } from '@sea-align/compute';
import { writeFileAtomic, writeJsonl } from '@sea-align/core';
import { loadModel } from '@sea-align/mllm';

import { tinyModelFolder } from '../data/files.js';
import { toyModalities, type ToyModality } from '../world/modality.js';
import { worldOf } from '../world/world.js';
import { answerCases, baseCases } from './measure.js';
import { referenceMedium } from './reference-medium.js';

// Writes media, questions, prompt tokens and our greedy answers for tools/reference/check_tiny_model.py.
const [asked = 'image', out = `runs/reference-cases-${asked}`] = process.argv.slice(2);
const modality = toyModalities.find((each) => each === asked);
if (modality === undefined) throw new RangeError(`the modality must be one of ${toyModalities.join(', ')}`);
await mkdir(out, { recursive: true });
const engine = await createEngine();
await writeCases(modality);
await engine.dispose();

async function writeCases<M extends ToyModality>(of: M): Promise<void> {
  const model = await loadModel(tinyModelFolder(of), { engine, modality: of });
  const world = worldOf(of);
  const cases = baseCases({ modality: of, split: 'test', seed: 'reference', perConcept: 1 });
  const answers = await answerCases(model, world, cases);
  const rows = await Promise.all(
    answers.map(async ({ answer }, i) => {
      const { id, question, scene } = cases[i];
      const promptIds = model.prompt({ question, medium: scene !== undefined }).ids;
      if (!scene) return { question, promptIds, answer };
      const { data, ...facts } = referenceMedium(await world.render(scene));
      const medium = `${id}.${facts.extension}`;
      await writeFileAtomic(join(out, medium), data);
      return { question, promptIds, answer, medium, ...facts.shape };
    }),
  );
  await writeJsonl(join(out, 'cases.jsonl'), rows);
  console.log(`${rows.length} cases in ${join(out, 'cases.jsonl')}`);
  await model.release();
}
