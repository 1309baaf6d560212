import type { HostTensor } from '@sea-align/compute';
import { ConfigError, type Rng } from '@sea-align/core';
import type { WeightRole } from '../family/family.js';
import type { ModelPieces } from '../model-pieces.js';

/** Which weights training may change. The modality encoder is never among them. */
export type TrainableSpec =
  /** Projector and language model. */
  | { kind: 'full' }
  | { kind: 'projector' }
  /**
   * Low-rank updates W + (alpha / rank) B A of the linear layers of language model and projector whose module name is, or
   * ends in, one of `targets` (`q_proj`, `mlp.down_proj`, …).
   */
  | { kind: 'lora'; rank: number; alpha: number; targets: string[] }
  | { kind: 'tensors'; names: string[] };

/** What is needed of a model to tell its parameters. */
export type WeightedModel = Pick<ModelPieces, 'architecture' | 'weights'>;

/**
 * Names and shapes of the trainable tensors: HF names, or `<module>.lora_A` [rank, in] and `<module>.lora_B` [out, rank].
 * @throws ConfigError where the spec names nothing that can be trained
 */
export function parameterShapes(model: WeightedModel, spec: TrainableSpec): Map<string, readonly number[]> {
  const { weights, architecture } = model;
  const named = (names: readonly string[]): Map<string, readonly number[]> =>
    new Map(names.map((name) => [name, weights.shape(name)]));
  const ofRole = (...roles: WeightRole[]): string[] =>
    weights.names().filter((name) => roles.includes(architecture.weightRole(name)));
  switch (spec.kind) {
    case 'full':
      return named(ofRole('projector', 'language'));
    case 'projector':
      return named(ofRole('projector'));
    case 'tensors':
      return named(checkedNames(model, spec.names));
    case 'lora': {
      const shapes = new Map<string, readonly number[]>();
      for (const module of loraModules(model, spec)) {
        const [outFeatures, inFeatures] = weights.shape(`${module}.weight`);
        shapes.set(`${module}.lora_A`, [spec.rank, inFeatures]);
        shapes.set(`${module}.lora_B`, [outFeatures, spec.rank]);
      }
      return shapes;
    }
  }
}

/** Starting values: copies of the weights; for LoRA, A uniform in ±1/sqrt(in) and B zero (as PEFT does). */
export function initialParameters(
  model: WeightedModel,
  spec: TrainableSpec,
  rng: Rng,
): Map<string, Float32Array> {
  const values = new Map<string, Float32Array>();
  for (const [name, shape] of parameterShapes(model, spec)) {
    if (spec.kind !== 'lora') {
      values.set(name, Float32Array.from(model.weights.get(name).data as Float32Array));
    } else if (name.endsWith('.lora_B')) {
      values.set(name, new Float32Array(shape[0] * shape[1]));
    } else {
      const draw = rng.fork(name);
      const bound = 1 / Math.sqrt(shape[1]);
      values.set(
        name,
        Float32Array.from({ length: shape[0] * shape[1] }, () => (2 * draw.uniform() - 1) * bound),
      );
    }
  }
  return values;
}

/** Trained values as weights under HF names, LoRA merged: for `withOverrides` and `saveCheckpoint`. */
export function mergeParameters(
  model: WeightedModel,
  spec: TrainableSpec,
  params: ReadonlyMap<string, Float32Array>,
): Map<string, HostTensor> {
  const shapes = parameterShapes(model, spec);
  const value = (name: string): Float32Array => {
    const data = params.get(name);
    if (data === undefined) throw new ConfigError(`The trained parameter ${name} is missing.`);
    return data;
  };
  if (spec.kind !== 'lora') {
    return new Map(
      [...shapes].map(([name, shape]) => [name, { data: value(name), shape, dtype: 'float32' }]),
    );
  }
  const merged = new Map<string, HostTensor>();
  for (const module of loraModules(model, spec)) {
    const base = model.weights.get(`${module}.weight`);
    const data = Float32Array.from(base.data as Float32Array);
    addProduct(data, value(`${module}.lora_B`), value(`${module}.lora_A`), spec.rank, spec.alpha / spec.rank);
    merged.set(`${module}.weight`, { data, shape: base.shape, dtype: 'float32' });
  }
  return merged;
}

/** Modules that LoRA adapts: trainable linear layers, never embeddings or the encoder. */
export function loraModules(
  { architecture, weights }: WeightedModel,
  spec: Extract<TrainableSpec, { kind: 'lora' }>,
): string[] {
  if (!Number.isInteger(spec.rank) || spec.rank < 1) {
    throw new ConfigError(`LoRA rank must be a positive integer, got ${spec.rank}.`);
  }
  const modules = weights
    .names()
    .filter(
      (name) =>
        architecture.weightRole(name) !== 'encoder' &&
        name.endsWith('.weight') &&
        weights.shape(name).length === 2,
    )
    .map((name) => name.slice(0, -'.weight'.length))
    .filter((module) => !module.endsWith('.embed_tokens') && !module.endsWith('.lm_head'));
  const matches = (module: string, target: string): boolean =>
    module === target || module.endsWith(`.${target}`);
  const idle = spec.targets.filter((target) => !modules.some((module) => matches(module, target)));
  if (idle.length > 0 || spec.targets.length === 0) {
    const kinds = [...new Set(modules.map((module) => module.slice(module.lastIndexOf('.') + 1)))];
    throw new ConfigError(
      `LoRA targets that match no module: ${idle.join(', ') || '(none given)'}. Modules: ${kinds.join(', ')}.`,
    );
  }
  return modules.filter((module) => spec.targets.some((target) => matches(module, target)));
}

function checkedNames({ architecture, weights }: WeightedModel, names: readonly string[]): readonly string[] {
  const unknown = names.filter((name) => !weights.has(name));
  const encoder = names.filter((name) => architecture.weightRole(name) === 'encoder');
  if (unknown.length > 0 || encoder.length > 0 || names.length === 0) {
    throw new ConfigError('These tensors cannot be trained:', {
      issues: [
        ...unknown.map((name) => ({ path: name, message: 'the model has no such tensor' })),
        ...encoder.map((name) => ({ path: name, message: 'the modality encoder is frozen' })),
        ...(names.length === 0 ? [{ path: 'names', message: 'no tensor is named' }] : []),
      ],
    });
  }
  return names;
}

/** weight [out, in] += scale * B [out, rank] A [rank, in]. */
function addProduct(
  weight: Float32Array,
  b: Float32Array,
  a: Float32Array,
  rank: number,
  scale: number,
): void {
  const inFeatures = a.length / rank;
  const outFeatures = b.length / rank;
  for (let row = 0; row < outFeatures; row++) {
    for (let column = 0; column < inFeatures; column++) {
      let sum = 0;
      for (let at = 0; at < rank; at++) sum += b[row * rank + at] * a[at * inFeatures + column];
      weight[row * inFeatures + column] += scale * sum;
    }
  }
}
