import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine, Graph, HostTensor, Session } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadModel } from '../load-model.js';
import type { MultimodalModel } from '../multimodal-model.js';
import { randomEmbedding, temporaryFolder, textCheckpoint } from '../testing/checkpoint.fixture.js';
import type { PackedMember } from './control-scores.js';
import { createPackedScorer } from './packed-scorer.js';

const { folder, remove } = temporaryFolder();
const compiled: string[] = [];
let model: MultimodalModel;

/** An engine that notes what it compiles and computes nothing. */
const engine: Engine = {
  name: 'reference',
  backend: 'counting',
  device: 'cpu',
  describe: () => 'counting',
  async compile(graph: Graph, options): Promise<Session> {
    compiled.push(options?.label ?? '');
    const zeros = ({ shape, dtype }: Pick<HostTensor, 'shape' | 'dtype'>): HostTensor => ({
      data: new Float32Array(shape.reduce((size, extent) => size * extent, 1)),
      shape,
      dtype,
    });
    const outputs = Object.fromEntries([...graph.outputs].map(([name, tensor]) => [name, zeros(tensor)]));
    return { run: async () => outputs, release: async () => undefined };
  },
  async dispose() {},
};

beforeAll(async () => {
  const path = textCheckpoint('llama_llama3rope_full', folder);
  const longer = join(folder, 'longer');
  await cp(path, longer, { recursive: true });
  const config = JSON.parse(await readFile(join(longer, 'config.json'), 'utf8')) as {
    text_config: Record<string, unknown>;
  };
  config.text_config['max_position_embeddings'] = 2048;
  await writeFile(join(longer, 'config.json'), JSON.stringify(config));
  model = await loadModel(longer, { engine });
});
afterAll(remove);

it('a thousand prompts of mixed lengths, optimised and verified, need at most eight sessions', async () => {
  const rng = new Rng('mixed lengths');
  const words = (least: number, most: number): number[] =>
    Array.from({ length: least + rng.int(most - least) }, () => 8 + rng.int(50));
  const members = Array.from({ length: 1000 }, (): PackedMember => ({
    embedding: randomEmbedding(model.geometry, rng),
    // The content sample names a phrase of any length, the style sample is much the same everywhere.
    branches: [
      { promptIds: words(8, 24), targetIds: words(3, 40) },
      { promptIds: words(8, 24), targetIds: words(4, 16) },
    ],
  }));
  const length = ({ branches }: PackedMember): number =>
    branches.reduce((sum, { promptIds, targetIds }) => sum + promptIds.length + targetIds.length, 0);
  // As optimisation does: the longest first.
  members.sort((a, b) => length(b) - length(a));
  compiled.length = 0;
  const scorer = await createPackedScorer(model, { prefixIds: [1, 9, 10], batchSize: 16, branches: 2 });
  for (let start = 0; start < members.length; start += 16) {
    const batch = members.slice(start, start + 16);
    await scorer.score(batch);
    const { tokens, placeholderId } = model.geometry;
    const media = new Array<number>(tokens).fill(placeholderId);
    await model.generate(
      batch.map(({ embedding, branches: [{ promptIds }] }) => ({
        promptIds: [1, 9, 10, ...media, ...promptIds],
        embedding: embedding,
      })),
      { maxNewTokens: 32 },
    );
  }
  await scorer.release();
  expect(compiled.filter((label) => label.startsWith('packed')).length).toBeGreaterThan(2);
  expect(new Set(compiled).size).toBe(compiled.length);
  expect(compiled.length).toBeLessThanOrEqual(8);
});
