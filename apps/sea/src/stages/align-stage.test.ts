import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CheckpointError } from '@sea-align/core';
import type { MultimodalModel } from '@sea-align/mllm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { armSchema } from '../recipe/recipe-schema.js';
import { alignStage } from './align-stage.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sea-align-stage-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('refuses embeddings that were optimised for another model', async () => {
  const summary = {
    format: 'sea-embeddings/1',
    model: 'another',
    shape: [16, 96],
    total: 1,
    verified: 1,
    stopped: { converged: 1, 'max-steps': 0, diverged: 0 },
    rejected: [],
    meanSteps: 1,
    session: { embeddings: 1, seconds: 1, secondsPerEmbedding: 1 },
  };
  await writeFile(path.join(folder, 'summary.json'), JSON.stringify(summary));
  const model = { hash: 'this' } as unknown as MultimodalModel;
  const stage = { model, arm: armSchema.parse({ name: 'a' }), prepared: [], embeddings: folder, seed: 1 };
  const refused = alignStage({ ...stage, out: path.join(folder, 'out') });
  await expect(refused).rejects.toThrow(CheckpointError);
  await expect(refused).rejects.toThrow(/optimised for another model \(sha256 another\)/);
});
