import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type HostTensor, openSafetensors, writeSafetensors } from '@sea-align/compute';
import { CheckpointError } from '@sea-align/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { loadAdapter } from './load-adapter.js';
import { mergeLora } from './lora-factors.js';
import { canonicalModuleName, transformersModuleName } from './module-names.js';
import { saveAdapter } from './save-adapter.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mllm-adapter-'));
});
afterEach(() => rm(folder, { recursive: true }));

const module = 'language_model.model.layers.0.self_attn.q_proj';

/** A model of two weights: q_proj [2, 3] and lm_head [2, 2]. */
const tensors = new Map<string, HostTensor>([
  [`${module}.weight`, { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3], dtype: 'float32' }],
  ['language_model.lm_head.weight', { data: Float32Array.of(1, 0, 0, 1), shape: [2, 2], dtype: 'float32' }],
]);
const known = (name: string): HostTensor => {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new CheckpointError(name);
  return tensor;
};
const model = {
  weights: { names: () => [...tensors.keys()], shape: (name: string) => known(name).shape, get: known },
};

/** Rank 1: B A = [[1, 2, 3], [10, 20, 30]] with A = [1, 2, 3], B = [1, 10]. */
const lora = {
  rank: 1,
  alpha: 0.5,
  parameters: new Map([
    [`${module}.lora_A`, Float32Array.of(1, 2, 3)],
    [`${module}.lora_B`, Float32Array.of(1, 10)],
  ]),
};
const mergedByHand = Float32Array.of(1.5, 3, 4.5, 9, 15, 21);

async function editConfig(changes: Record<string, unknown>): Promise<void> {
  const path = join(folder, 'adapter_config.json');
  const config: Record<string, unknown> = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...config, ...changes }));
}

describe('mergeLora', () => {
  it('adds scale B A, worked out by hand for rank 2', () => {
    // A = [[1, 0, 2], [0, 1, 1]], B = [[1, 2], [3, 4]]: B A = [[1, 2, 4], [3, 4, 10]].
    const factors = { a: Float32Array.of(1, 0, 2, 0, 1, 1), b: Float32Array.of(1, 2, 3, 4), rank: 2 };
    expect(mergeLora(new Float32Array(6), factors, 2)).toEqual(Float32Array.of(2, 4, 8, 6, 8, 20));
  });
});

describe('module names', () => {
  it.each([
    [module, 'model.language_model.layers.0.self_attn.q_proj'],
    ['language_model.lm_head', 'lm_head'],
    ['multi_modal_projector.linear_1', 'model.multi_modal_projector.linear_1'],
  ])('%s is %s in transformers', (file, runtime) => {
    expect(transformersModuleName(file)).toBe(runtime);
    expect(canonicalModuleName(runtime)).toBe(canonicalModuleName(file));
  });
});

describe('saveAdapter', () => {
  it('writes the PEFT layout', async () => {
    await saveAdapter(folder, model, lora, 'llava-hf/llava-1.5-7b-hf');
    const config: unknown = JSON.parse(await readFile(join(folder, 'adapter_config.json'), 'utf8'));
    expect(config).toMatchObject({
      peft_type: 'LORA',
      task_type: 'CAUSAL_LM',
      r: 1,
      lora_alpha: 0.5,
      base_model_name_or_path: 'llava-hf/llava-1.5-7b-hf',
      target_modules: ['model.language_model.layers.0.self_attn.q_proj'],
    });
    const file = await openSafetensors(join(folder, 'adapter_model.safetensors'));
    const prefix = 'base_model.model.model.language_model.layers.0.self_attn.q_proj';
    expect(file.names()).toEqual([`${prefix}.lora_A.weight`, `${prefix}.lora_B.weight`]);
    expect(file.info(`${prefix}.lora_A.weight`).shape).toEqual([1, 3]);
    expect(file.info(`${prefix}.lora_B.weight`).shape).toEqual([2, 1]);
    file.close();
  });
});

describe('loadAdapter', () => {
  it('merges what saveAdapter wrote', async () => {
    await saveAdapter(folder, model, lora, 'x');
    const overrides = await loadAdapter(folder, model);
    expect([...overrides.keys()]).toEqual([`${module}.weight`]);
    expect(overrides.get(`${module}.weight`)).toEqual({
      data: mergedByHand,
      shape: [2, 3],
      dtype: 'float32',
    });
  });

  it('reads module names of old transformers, rsLoRA, and modules saved whole', async () => {
    const prefix = `base_model.model.${module}`;
    await saveAdapter(folder, model, lora, 'x');
    await editConfig({ r: 4, lora_alpha: 1, use_rslora: true });
    // Rank 4 with one row of A and column of B used: scale 1 / sqrt(4).
    const a = new Float32Array(12);
    a.set([1, 2, 3]);
    const b = Float32Array.of(1, 0, 0, 0, 10, 0, 0, 0);
    const head = Float32Array.of(5, 6, 7, 8);
    await writeSafetensors(join(folder, 'adapter_model.safetensors'), [
      [`${prefix}.lora_A.weight`, { dtype: 'F32', shape: [4, 3], data: a }],
      [`${prefix}.lora_B.weight`, { dtype: 'F32', shape: [2, 4], data: b }],
      ['base_model.model.lm_head.weight', { dtype: 'F32', shape: [2, 2], data: head }],
    ]);
    const overrides = await loadAdapter(folder, model);
    expect(overrides.get(`${module}.weight`)?.data).toEqual(mergedByHand);
    expect(overrides.get('language_model.lm_head.weight')?.data).toEqual(head);
  });

  it.each([
    [{ use_dora: true }, /use_dora/],
    [{ peft_type: 'IA3' }, /peft_type/],
    [{ rank_pattern: { q_proj: 4 } }, /rank_pattern: must be empty/],
    [{ r: 2 }, /shape \[1, 3\], the model needs \[2, 3\]/],
  ])('refuses %j', async (changes, message) => {
    await saveAdapter(folder, model, lora, 'x');
    await editConfig(changes);
    await expect(loadAdapter(folder, model)).rejects.toThrow(message);
  });

  it('refuses factors without partner, unknown modules, NaN, and a folder without an adapter', async () => {
    const path = join(folder, 'adapter_model.safetensors');
    await expect(loadAdapter(folder, model)).rejects.toThrow(/adapter_config\.json is missing/);
    await saveAdapter(folder, model, lora, 'x');
    const one = { dtype: 'F32' as const, shape: [1, 3], data: new Float32Array(3) };
    await writeSafetensors(path, [[`base_model.model.${module}.lora_A.weight`, one]]);
    await expect(loadAdapter(folder, model)).rejects.toThrow(/without its lora_B/);
    await writeSafetensors(path, [['base_model.model.other.lora_A.weight', one]]);
    await expect(loadAdapter(folder, model)).rejects.toThrow(/adapts "other", which the model does not have/);
    await writeSafetensors(path, [['something', one]]);
    await expect(loadAdapter(folder, model)).rejects.toThrow(/"something", which is no part of a LoRA/);
    const broken = new Map([...lora.parameters, [`${module}.lora_B`, Float32Array.of(NaN, 0)]]);
    await saveAdapter(folder, model, { ...lora, parameters: broken }, 'x');
    await expect(loadAdapter(folder, model)).rejects.toThrow(/NaN or infinite/);
  });
});
