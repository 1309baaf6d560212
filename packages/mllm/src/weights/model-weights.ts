import type { HostTensor, SafetensorsFile, WeightSource } from '@sea-align/compute';
import { MapWeights, toFloat32 } from '@sea-align/compute';
import { CheckpointError } from '@sea-align/core';

export type WeightStorage = 'float32' | 'float16' | 'bfloat16';

/** A model's weights under HF names (`language_model.model.…`, `vision_tower.…`, `multi_modal_projector.…`). */
export interface ModelWeights extends WeightSource {
  /** Element type that a graph declares for a weight: narrower than float32 only where that saves much memory. */
  storage(name: string): WeightStorage;
  /** The weights in the types of `storage`, for binding a graph's parameters. */
  readonly stored: WeightSource;
  names(): string[];
  has(name: string): boolean;
  shape(name: string): readonly number[];
  /** float32, whatever the file holds. CheckpointError where the name is unknown. */
  get(name: string): HostTensor;
}

/** Weights of an open checkpoint, read when asked for; `storedNames` maps the names used here to the file's. */
export class CheckpointWeights implements ModelWeights {
  readonly stored: WeightSource = {
    get: (name) =>
      this.storage(name) === 'float32' ? this.get(name) : this.file.read(this.storedName(name)),
    locate: (name) => {
      const { dtype, file: path, offset, byteLength } = this.file.info(this.storedName(name));
      return storageTypes[dtype] === this.storage(name) ? { path, offset, byteLength } : undefined;
    },
  };
  private readonly keepsNarrow: boolean;

  /** @param widenedLimitBytes checkpoints that would take more than this as float32 stay as narrow as they are stored */
  constructor(
    private readonly file: SafetensorsFile,
    private readonly storedNames: ReadonlyMap<string, string>,
    widenedLimitBytes = 256 * 2 ** 20,
  ) {
    let elements = 0;
    for (const stored of storedNames.values()) {
      elements += file.info(stored).shape.reduce((size, extent) => size * extent, 1);
    }
    this.keepsNarrow = elements * 4 > widenedLimitBytes;
  }

  storage(name: string): WeightStorage {
    const stored = storageTypes[this.file.info(this.storedName(name)).dtype];
    return this.keepsNarrow && stored !== undefined ? stored : 'float32';
  }

  names(): string[] {
    return [...this.storedNames.keys()];
  }

  has(name: string): boolean {
    return this.storedNames.has(name);
  }

  shape(name: string): readonly number[] {
    return this.file.info(this.storedName(name)).shape;
  }

  get(name: string): HostTensor {
    const stored = this.storedName(name);
    return { data: this.file.readFloat32(stored), shape: this.file.info(stored).shape, dtype: 'float32' };
  }

  private storedName(name: string): string {
    const stored = this.storedNames.get(name);
    if (stored === undefined) throw unknownWeight(name, this.file.path);
    return stored;
  }
}

const storageTypes: Readonly<Partial<Record<string, WeightStorage>>> = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
};

/** Weights with some of them replaced. Overrides are float32 (or narrower floats, widened) of the same shape. */
export class OverriddenWeights implements ModelWeights {
  private readonly overrides: MapWeights;
  private readonly shapes = new Map<string, readonly number[]>();

  /** @throws CheckpointError for an override of an unknown tensor, of another shape, or of an integer type */
  constructor(
    private readonly base: ModelWeights,
    overrides: ReadonlyMap<string, HostTensor>,
  ) {
    const widened = new Map<string, HostTensor>();
    for (const [name, tensor] of overrides) {
      const expected = base.shape(name);
      const data = toFloat32(tensor);
      if (
        data === undefined ||
        expected.join() !== tensor.shape.join() ||
        data.length !== product(expected)
      ) {
        throw new CheckpointError(
          `The override of ${name} is ${tensor.dtype} [${tensor.shape.join(', ')}] with ${tensor.data.length} elements; ` +
            `float32 [${expected.join(', ')}] was expected.`,
          { details: { tensor: name } },
        );
      }
      widened.set(name, { data, shape: expected, dtype: 'float32' });
      this.shapes.set(name, expected);
    }
    this.overrides = new MapWeights(widened, 'overrides');
  }

  readonly stored: WeightSource = {
    get: (name) => (this.shapes.has(name) ? this.overrides.get(name) : this.base.stored.get(name)),
    locate: (name) => (this.shapes.has(name) ? undefined : this.base.stored.locate?.(name)),
  };

  storage(name: string): WeightStorage {
    return this.shapes.has(name) ? 'float32' : this.base.storage(name);
  }

  overriddenNames(): string[] {
    return [...this.shapes.keys()];
  }

  names(): string[] {
    return this.base.names();
  }

  has(name: string): boolean {
    return this.base.has(name);
  }

  shape(name: string): readonly number[] {
    return this.base.shape(name);
  }

  get(name: string): HostTensor {
    return this.shapes.has(name) ? this.overrides.get(name) : this.base.get(name);
  }
}

function unknownWeight(name: string, path: string): CheckpointError {
  return new CheckpointError(`${path}: the model has no tensor ${name}.`, {
    hint: 'Names are those of the checkpoint, e.g. language_model.model.layers.0.self_attn.q_proj.weight.',
    details: { tensor: name },
  });
}

function product(shape: readonly number[]): number {
  return shape.reduce((size, extent) => size * extent, 1);
}
