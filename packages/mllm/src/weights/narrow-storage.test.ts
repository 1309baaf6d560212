import { join } from 'node:path';
import { createEngine, openSafetensors, type HostTensor } from '@sea-align/compute';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareOutputs } from '../golden/compare-outputs.js';
import { runReferenceForward } from '../golden/reference-forward.js';
import {
  fixtures,
  temporaryFolder,
  tinyLlama,
  writeRandomCheckpoint,
} from '../testing/checkpoint.fixture.js';
import { builtInFamilies } from '../family/built-in-families.js';
import { checkCheckpoint } from './check-checkpoint.js';
import { CheckpointWeights, OverriddenWeights } from './model-weights.js';
import { openCheckpoint } from './open-checkpoint.js';

const folder = join(fixtures, 'qwen2_tied_sharded_bf16');

async function tensors(file: string): Promise<Map<string, HostTensor>> {
  const opened = await openSafetensors(join(folder, 'batch2_rightpad', `${file}.safetensors`));
  const all = new Map(opened.names().map((name) => [name, opened.read(name)]));
  opened.close();
  return all;
}

/** The fixture's bfloat16 weights, kept narrow because they are over the limit. */
async function narrowWeights() {
  const { architecture, config, close } = await openCheckpoint(folder, builtInFamilies);
  close();
  const file = await openSafetensors(folder);
  const { storedNames } = checkCheckpoint(file, architecture, config);
  return { architecture, config, file, weights: new CheckpointWeights(file, storedNames, 0) };
}

describe('half-precision weights over the limit', () => {
  let narrow: Awaited<ReturnType<typeof narrowWeights>>;
  beforeAll(async () => {
    narrow = await narrowWeights();
  });
  afterAll(() => narrow.file.close());

  const name = 'language_model.model.norm.weight';

  it('stay as they are stored, can be mapped, and are widened only by get', () => {
    const { weights } = narrow;
    expect(weights.storage(name)).toBe('bfloat16');
    expect(weights.stored.get(name)).toMatchObject({ dtype: 'bfloat16', shape: [40] });
    expect(weights.stored.locate?.(name)).toMatchObject({ byteLength: 80 });
    expect(weights.get(name).dtype).toBe('float32');
    const replaced = new OverriddenWeights(weights, new Map([[name, weights.get(name)]]));
    expect(replaced.storage(name)).toBe('float32');
    expect(replaced.stored.locate?.(name)).toBeUndefined();
    expect(replaced.storage('language_model.model.embed_tokens.weight')).toBe('bfloat16');
  });

  it.each(['onnxruntime-node', 'onnxruntime-web'] as const)(
    'give the same results on %s',
    async (backend) => {
      const engine = await createEngine({ backend, threads: 2 });
      const ours = await runReferenceForward(engine, narrow, await tensors('inputs'));
      const report = compareOutputs(await tensors('outputs'), ours);
      expect(report.length).toBeGreaterThan(20);
      expect(report.filter(({ passed }) => !passed)).toEqual([]);
      await engine.dispose();
    },
  );
});

it('float32 weights are float32 whatever their size, and small half-precision ones are widened', async () => {
  const temporary = temporaryFolder();
  await writeRandomCheckpoint(temporary.folder, tinyLlama);
  for (const place of [temporary.folder, folder]) {
    const { weights, close } = await openCheckpoint(place, builtInFamilies);
    expect(weights.names().every((each) => weights.storage(each) === 'float32')).toBe(true);
    expect(weights.stored.get(weights.names()[0]).dtype).toBe('float32');
    close();
  }
  temporary.remove();
});
