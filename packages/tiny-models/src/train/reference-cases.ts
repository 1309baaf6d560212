import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { createEngine } from '@sea-align/compute';
import { writeFileAtomic, writeJsonl } from '@sea-align/core';
import { loadModel } from '@sea-align/mllm';

import { tinyLlavaFolder } from '../data/files.js';
import { renderScene } from '../world/render.js';
import { answerCases, baseCases } from './measure.js';

// Writes pictures, questions, prompt tokens and our greedy answers for tools/reference/check_tiny_llava.py.
const out = process.argv[2] ?? 'runs/reference-cases';
await mkdir(out, { recursive: true });
const engine = await createEngine();
const model = await loadModel(tinyLlavaFolder(), { engine });
const answers = await answerCases(model, baseCases({ split: 'test', seed: 'reference', perConcept: 1 }));
const rows = await Promise.all(
  answers.map(async ({ case: { id, question, scene }, answer }) => {
    const promptIds = model.prompt({ question, medium: scene !== undefined }).ids;
    if (!scene) return { question, promptIds, answer };
    const image = `${id}.png`;
    await writeFileAtomic(join(out, image), (await renderScene(scene)).png);
    return { question, promptIds, answer, image };
  }),
);
await writeJsonl(join(out, 'cases.jsonl'), rows);
console.log(`${rows.length} cases in ${join(out, 'cases.jsonl')}`);
await model.release();
await engine.dispose();
