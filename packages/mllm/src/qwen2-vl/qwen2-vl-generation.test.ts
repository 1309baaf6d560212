import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine, type Engine } from '@sea-align/compute';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyGolden } from '../golden/verify-golden.js';
import { loadModel } from '../load-model.js';
import type { GenerationRequest, MultimodalModel } from '../multimodal-model.js';
import { nodeEngine, sharedGolden } from '../testing/checkpoint.fixture.js';
import { mediaOfCase, readGenerations } from './golden-rows.fixture.js';
import { qwen2VLFixtures } from './processing.fixture.js';

let engine: Engine;
let model: MultimodalModel;
beforeAll(async () => {
  engine = await nodeEngine();
  model = await loadModel(join(qwen2VLFixtures, 'small'), { engine });
});
afterAll(async () => {
  await model.release();
  await engine.dispose();
});

describe.each(['onnxruntime-node', 'onnxruntime-web'] as const)('forward and gradients on %s', (backend) => {
  it('are transformers’ on the committed cases', async () => {
    const own = await createEngine({ backend, threads: 2 });
    const report = await verifyGolden(qwen2VLFixtures, own);
    await own.dispose();
    const failures = report.cases.flatMap(({ case: name, tensors }) =>
      tensors
        .filter(({ passed }) => !passed)
        .map(({ tensor, maxDifference }) => `${name} ${tensor} ${maxDifference}`),
    );
    expect(failures).toEqual([]);
    expect(report.cases.map((done) => done.case.replace('qwen2-vl/', ''))).toEqual([
      'small/batch3_rightpad',
      'small/image_video_image',
      'small/video',
      'tied_bf16_module_names/batch3_leftpad',
      'window/image_video_image',
    ]);
    expect(report.exitCode).toBe(0);
  });
});

describe('generation', () => {
  const { cases, new_tokens: maxNewTokens } = readGenerations();
  const folderOf = (name: string): string =>
    name.startsWith('small/') ? join(qwen2VLFixtures, name) : join(sharedGolden, name);
  const names = Object.keys(cases).filter((name) => existsSync(folderOf(name)));

  it.each(names)('%s is transformers’ greedy one, cached, recomputed, batched, alone', async (name) => {
    const checkpoint = name.split('/')[0];
    const loaded =
      checkpoint === 'small' ? model : await loadModel(join(sharedGolden, checkpoint), { engine });
    const { prompts, generated } = cases[name];
    const media = await mediaOfCase(loaded, folderOf(name), prompts);
    const requests: GenerationRequest[] = prompts.map((promptIds, at) => ({
      promptIds,
      embedding: media[at],
    }));
    for (const options of [{}, { useCache: false }, { batchSize: 1 }]) {
      const rows = await loaded.generate(requests, { maxNewTokens, ...options });
      expect(
        rows.map(({ ids }) => ids),
        JSON.stringify(options),
      ).toEqual(generated);
    }
    if (loaded !== model) await loaded.release();
  });

  it('covers every committed case', () => {
    expect(names.filter((name) => name.startsWith('small/'))).toHaveLength(3);
  });
});
