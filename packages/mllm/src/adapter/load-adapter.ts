import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type HostTensor, openSafetensors, type SafetensorsFile } from '@sea-align/compute';
import { CheckpointError, listIssues } from '@sea-align/core';
import { z } from 'zod';

import type { ModelWeights } from '../weights/model-weights.js';
import { mergeLora } from './lora-factors.js';
import { canonicalModuleName } from './module-names.js';

const emptyPattern = z
  .record(z.string(), z.number())
  .refine((each) => Object.keys(each).length === 0, 'must be empty');

/** What is read of adapter_config.json; features that would change the merged weights and are not known are refused. */
const configSchema = z.looseObject({
  peft_type: z.literal('LORA'),
  r: z.int().min(1),
  lora_alpha: z.number(),
  bias: z.literal('none').optional(),
  fan_in_fan_out: z.literal(false).optional(),
  use_dora: z.literal(false).optional(),
  use_rslora: z.boolean().nullish(),
  rank_pattern: emptyPattern.nullish(),
  alpha_pattern: emptyPattern.nullish(),
});

const tensorName = /^base_model\.model\.(.+?)\.(lora_A|lora_B|weight|bias)(?:\.default)?(?:\.weight)?$/;

type Weights = Pick<ModelWeights, 'names' | 'shape' | 'get'>;

/**
 * Reads a PEFT LoRA folder and merges it into the model's weights: W + (alpha / r) B A for every adapted module;
 * modules that PEFT saved whole (`modules_to_save`) replace theirs. The module names may be those of a checkpoint file or
 * of transformers, old or new.
 *
 * @returns the changed weights under the model's own names, for `model.withOverrides`
 * @throws CheckpointError when the folder is no LoRA adapter, uses what is not supported (DoRA, patterns, bias), or does
 * not fit the model
 */
export async function loadAdapter(
  folder: string,
  model: { weights: Pick<ModelWeights, 'names' | 'shape' | 'get'> },
): Promise<Map<string, HostTensor>> {
  const config = await readConfig(join(folder, 'adapter_config.json'));
  const scale = config.lora_alpha / (config.use_rslora === true ? Math.sqrt(config.r) : config.r);
  const path = join(folder, 'adapter_model.safetensors');
  const file = await openSafetensors(path);
  try {
    return mergeAll(file, path, model.weights, config.r, scale);
  } finally {
    file.close();
  }
}

function mergeAll(
  file: SafetensorsFile,
  path: string,
  weights: Weights,
  rank: number,
  scale: number,
): Map<string, HostTensor> {
  const known = new Map(weights.names().map((name) => [canonicalTensorName(name), name]));
  const overrides = new Map<string, HostTensor>();
  for (const name of file.names()) {
    const match = tensorName.exec(name);
    const kind = match?.[2];
    if (match === null || kind === undefined)
      throw unfit(path, `holds the tensor "${name}", which is no part of a LoRA`);
    if (kind === 'lora_B') {
      if (!file.has(name.replace('.lora_B', '.lora_A')))
        throw unfit(path, `holds "${name}" without its lora_A`);
      continue;
    }
    const module = match[1];
    const wanted = `${canonicalModuleName(module)}.${kind === 'bias' ? 'bias' : 'weight'}`;
    const target = known.get(wanted);
    if (target === undefined) throw unfit(path, `adapts "${module}", which the model does not have`);
    const shape = weights.shape(target);
    if (kind !== 'lora_A') {
      expectShape(file, path, name, shape);
      overrides.set(target, { data: file.readFloat32(name), shape, dtype: 'float32' });
      continue;
    }
    const partner = name.replace('.lora_A', '.lora_B');
    if (!file.has(partner)) throw unfit(path, `holds "${name}" without its lora_B`);
    expectShape(file, path, name, [rank, shape[1]]);
    expectShape(file, path, partner, [shape[0], rank]);
    const factors = { a: file.readFloat32(name), b: file.readFloat32(partner), rank };
    const base = weights.get(target).data;
    if (!(base instanceof Float32Array)) throw unfit(path, `adapts "${target}", which is not float32`);
    overrides.set(target, { data: mergeLora(base, factors, scale), shape, dtype: 'float32' });
  }
  for (const [name, { data }] of overrides) {
    if (data instanceof Float32Array && !data.every(Number.isFinite))
      throw unfit(path, `makes "${name}" NaN or infinite`);
  }
  return overrides;
}

function expectShape(file: SafetensorsFile, path: string, name: string, wanted: readonly number[]): void {
  const { shape } = file.info(name);
  if (shape.length !== wanted.length || shape.some((size, axis) => size !== wanted[axis])) {
    throw unfit(
      path,
      `holds "${name}" with shape [${shape.join(', ')}], the model needs [${wanted.join(', ')}]`,
    );
  }
}

function canonicalTensorName(name: string): string {
  const dot = name.lastIndexOf('.');
  return `${canonicalModuleName(name.slice(0, dot))}${name.slice(dot)}`;
}

async function readConfig(path: string): Promise<z.infer<typeof configSchema>> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new CheckpointError(`${path} is missing or not JSON.`, {
      hint: 'Give the folder of a PEFT adapter (adapter_config.json, adapter_model.safetensors).',
      cause,
    });
  }
  const parsed = configSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = listIssues(parsed.error).map((issue) => `${issue.path}: ${issue.message}`);
  throw new CheckpointError(`${path} is not a LoRA adapter that can be merged: ${faults.join('; ')}.`, {
    hint: 'Merge it with PEFT (merge_and_unload) and load the merged checkpoint instead.',
  });
}

function unfit(path: string, problem: string): CheckpointError {
  return new CheckpointError(`The adapter ${path} ${problem}.`, {
    hint: 'Check that it was trained on this model.',
  });
}
