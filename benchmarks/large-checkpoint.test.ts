import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, openSafetensors, toFloat32 } from '@sea-align/compute';
import { DiskError } from '@sea-align/core';
import { loadModel } from '@sea-align/mllm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertRoom, elementsOf, largeCheckpoint, planShards } from './large-checkpoint.js';
import { largeSample, largeSampleWords } from './large-sample.js';
import { largeShapeNames, largeShapes, withLayers, type LargeShape } from './large-shapes.js';
import { largeStep } from './large-step.js';
import { smallLlava } from './small-llava.fixture.js';

/** Parameters of the published checkpoints, by hand: language model, encoder, projector. */
const published = {
  'llava-1.5-7b': 6_738_939_904 + 303_507_456 + 20_979_712,
  'qwen2-vl-7b': 7_615_616_512 + 675_759_104,
  'qwen2-audio-7b': 7_754_878_976 + 636_968_960 + 5_246_976,
};

describe.each(largeShapeNames)('the shape of %s', (name) => {
  it('has the parameters of the published model', () => {
    expect(elementsOf(planShards(largeShapes[name].config, 5e9).flat())).toBe(published[name]);
  });

  it('is cut into shards of at most 5 GB', () => {
    const shards = planShards(largeShapes[name].config, 5e9);
    expect(shards.length).toBe(Math.ceil((2 * published[name]) / 5e9));
    for (const tensors of shards) expect(2 * elementsOf(tensors)).toBeLessThanOrEqual(5e9);
  });
});

describe('a checkpoint', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sea-large-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, seed = 1) =>
    largeCheckpoint({ shape: smallLlava, folder: join(folder, name), seed, shardBytes: 1.2e6 });

  it('is written in shards that hold float16 weights of the named deviation', async () => {
    const { parameters, bytes, shards, reused } = await write('first');
    expect({ bytes, reused }).toEqual({ bytes: 2 * parameters, reused: false });
    expect(shards).toBe(2);
    const file = await openSafetensors(join(folder, 'first'));
    expect(new Set(file.names().map((name) => file.info(name).dtype))).toEqual(new Set(['F16']));
    const values = toFloat32(file.read('language_model.lm_head.weight'))!;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    expect(deviation).toBeCloseTo(0.02, 3);
    expect(new Set(toFloat32(file.read('language_model.model.norm.weight')))).toEqual(new Set([1]));
    expect(new Set(toFloat32(file.read('multi_modal_projector.linear_1.bias')))).toEqual(new Set([0]));
    file.close();
  });

  it('that is there and complete is used again', async () => {
    const index = join(folder, 'first', 'model.safetensors.index.json');
    const { mtimeMs } = statSync(index);
    expect((await write('first')).reused).toBe(true);
    expect(statSync(index).mtimeMs).toBe(mtimeMs);
  });

  it('is written again where the seed is another or a shard is cut', async () => {
    const [name] = readdirSync(join(folder, 'first')).filter((file) => file.endsWith('.safetensors'));
    const shard = join(folder, 'first', name);
    const whole = readFileSync(shard);
    expect((await write('first', 2)).reused).toBe(false);
    expect(readFileSync(shard).equals(whole)).toBe(false);
    expect((await write('first', 1)).reused).toBe(false);
    expect(readFileSync(shard).equals(whole)).toBe(true);
    writeFileSync(shard, whole.subarray(0, 1000));
    expect((await write('first', 1)).reused).toBe(false);
    expect(readFileSync(shard).equals(whole)).toBe(true);
  });

  it('has a tokenizer that knows every word of the sample, and the special tokens where they are', async () => {
    const engine = await createEngine({ backend: 'onnxruntime-node' });
    const model = await loadModel(join(folder, 'first'), { engine });
    const unknown = model.tokenizer.tokenToId('<unk>');
    for (const word of largeSampleWords) expect(model.tokenizer.tokenToId(word)).not.toBe(unknown);
    const { question, target } = largeSample('image').controls[0];
    const { ids, mediumAt } = model.prompt({ question, medium: true });
    expect(ids.slice(mediumAt, mediumAt + 4)).toEqual([32000, 32000, 32000, 32000]);
    expect(ids).not.toContain(unknown);
    expect(model.answerIds(target)).not.toContain(unknown);
    expect(model.answerIds(target).at(-1)).toBe(2);
    await model.release();
    await engine.dispose();
  });

  it('takes a step, layer by layer and in one graph, to the same losses', async () => {
    await write('first');
    const request = { folder: join(folder, 'first'), modality: 'image', threads: 1 };
    const layers: string[] = [];
    const byLayer = await largeStep({
      ...request,
      gradientCheckpointing: true,
      onLayer: ({ pass, layer }) => layers.push(`${pass} ${layer}`),
    });
    const whole = await largeStep({ ...request, gradientCheckpointing: false });
    for (const step of [byLayer, whole]) {
      expect(step.stages.map(({ stage }) => stage)).toEqual([
        'load',
        'encode',
        'prefix',
        'step',
        'update',
        'step again',
      ]);
      expect(step).toMatchObject({ tokens: 4, embedding: [4, 12] });
      expect(step.losses).toHaveLength(2);
    }
    expect(layers).toEqual([
      ...['prefix 0', 'prefix 1', 'prefix 2'],
      ...['forward 0', 'forward 1', 'backward 2', 'backward 1', 'backward 0'],
      ...['forward 0', 'forward 1', 'forward 2'],
    ]);
    expect(byLayer.forwardSeconds).toBeGreaterThan(0);
    expect(whole.losses[0]).toBeCloseTo(byLayer.losses[0], 4);
    expect(whole.losses[1]).toBeCloseTo(byLayer.losses[1], 2);
    expect(byLayer.losses[1]).not.toBe(byLayer.losses[0]);
  });
});

it('fewer layers are fewer layers, in nested and flat configs', () => {
  const layersOf = (shape: LargeShape): number =>
    planShards(withLayers(shape, 3).config, 5e9)
      .flat()
      .filter(({ tensor }) => /(?<!tower.*)layers\.\d+\.self_attn\.q_proj\.weight$/.test(tensor)).length;
  expect(largeShapeNames.map((name) => layersOf(largeShapes[name]))).toEqual([3, 3, 3]);
});

it('a disk without room is named before anything is written', async () => {
  await expect(assertRoom(tmpdir(), 1e15)).rejects.toSatisfy(DiskError.isInstance);
  await expect(assertRoom(tmpdir(), 1)).resolves.toBeUndefined();
});
