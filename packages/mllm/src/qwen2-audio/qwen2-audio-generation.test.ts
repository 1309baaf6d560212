import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine, openSafetensors, type Engine } from '@sea-align/compute';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Embedding } from '../family/medium-geometry.js';
import { verifyGolden } from '../golden/verify-golden.js';
import { loadModel } from '../load-model.js';
import type { GenerationRequest, MultimodalModel } from '../multimodal-model.js';
import {
  audioFixtures,
  fixtureSound,
  readExpected,
  readGoldenGenerations,
} from '../testing/audio.fixture.js';
import { nodeEngine, sharedGolden } from '../testing/checkpoint.fixture.js';
import { audioMedium } from './audio-medium.js';
import type { Qwen2AudioConfig } from './qwen2-audio-config.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine();
});
afterAll(() => engine.dispose());

describe.each(['onnxruntime-node', 'onnxruntime-web'] as const)('forward and gradients on %s', (backend) => {
  it('are transformers’ on the committed cases', async () => {
    const own = await createEngine({ backend, threads: 2 });
    const report = await verifyGolden(join(audioFixtures, 'odd_window_tied_f16'), own);
    await own.dispose();
    const failures = report.cases.flatMap(({ case: name, tensors }) =>
      tensors
        .filter(({ passed }) => !passed)
        .map(({ tensor, maxDifference }) => `${name} ${tensor} ${maxDifference}`),
    );
    expect(failures).toEqual([]);
    expect(report.cases.map((done) => done.case)).toEqual([
      'odd_window_tied_f16/expanded_left',
      'odd_window_tied_f16/legacy_right',
    ]);
    // The convolutions, 3 layers of the tower, 2 of the decoder, and 16 others.
    expect(report.cases.map(({ tensors }) => tensors.length)).toEqual([22, 22]);
  });
});

async function expectGreedy(
  model: MultimodalModel,
  requests: GenerationRequest[],
  generated: number[][],
  maxNewTokens: number,
): Promise<void> {
  for (const options of [{}, { useCache: false }, { batchSize: 1 }]) {
    const rows = await model.generate(requests, { maxNewTokens, ...options });
    const ids = rows.map((row) => row.ids);
    expect(ids, JSON.stringify(options)).toEqual(generated);
  }
}

describe('greedy generation is transformers’, cached, recomputed, batched, alone', () => {
  it('from sounds of several lengths and from text alone', async () => {
    const { prompts, generated, newTokens } = readExpected();
    const model = await loadModel(join(audioFixtures, 'model'), { engine });
    const requests: GenerationRequest[] = [];
    for (const { ids, sound } of prompts) {
      const media = sound && (await model.preprocess({ samples: fixtureSound(...sound), sampleRate: 16000 }));
      requests.push({
        promptIds: ids,
        ...(media === null ? {} : { embedding: await model.encode([media]) }),
      });
    }
    await expectGreedy(model, requests, generated, newTokens);
    // One answer ends before the limit.
    expect(generated.map(({ length }) => length)).toContain(2);
    await model.release();
  });

  const golden = join(sharedGolden, 'qwen2_audio');
  it.runIf(existsSync(golden))('from the golden cases', async () => {
    const { cases, newTokens } = readGoldenGenerations();
    expect(Object.keys(cases)).toHaveLength(4);
    const model = await loadModel(golden, { engine });
    for (const [name, { prompts, sounds, generated }] of Object.entries(cases)) {
      const embeddings = await embeddingsOfCase(model, join(golden, name));
      const requests = prompts.map((promptIds, at) => ({
        promptIds,
        embedding: embeddings.splice(0, sounds[at]),
      }));
      expect(embeddings).toEqual([]);
      await expectGreedy(model, requests, generated, newTokens);
    }
    await model.release();
  });
});

/** Encoder outputs of a case's spectrograms. */
async function embeddingsOfCase(model: MultimodalModel, folder: string): Promise<Embedding[]> {
  const file = await openSafetensors(join(folder, 'inputs.safetensors'));
  const features = file.read('input_features');
  const [media, bins, frames] = features.shape;
  const mask = Array.from(file.read('feature_attention_mask').data, Number);
  const prepared = Array.from({ length: media }, (_, at) =>
    audioMedium(model.config as Qwen2AudioConfig, {
      values: (features.data as Float32Array).slice(at * bins * frames, (at + 1) * bins * frames),
      frames,
      length: mask.slice(at * frames, (at + 1) * frames).filter((flag) => flag !== 0).length,
    }),
  );
  file.close();
  return model.encode(prepared);
}
