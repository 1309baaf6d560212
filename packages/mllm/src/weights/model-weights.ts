import type { HostTensor, SafetensorsFile, WeightLocation, WeightSource } from '@sea-align/compute';
import { MapWeights, toFloat32 } from '@sea-align/compute';
import { CheckpointError } from '@sea-align/core';

/** A model's weights under HF names (`language_model.model.…`, `vision_tower.…`, `multi_modal_projector.…`). */
export interface ModelWeights extends WeightSource {
  names(): string[];
  has(name: string): boolean;
  shape(name: string): readonly number[];
  /** float32, whatever the file holds. CheckpointError where the name is unknown. */
  get(name: string): HostTensor;
  locate(name: string): WeightLocation | undefined;
}

/** Weights of an open checkpoint, read when asked for; `storedNames` maps the names used here to the file's. */
export class CheckpointWeights implements ModelWeights {
  constructor(
    private readonly file: SafetensorsFile,
    private readonly storedNames: ReadonlyMap<string, string>,
  ) {}

  names(): string[] {
    return [...this.storedNames.keys()];
  }

  has(name: string): boolean {
    return this.storedNames.has(name);
  }

  shape(name: string): readonly number[] {
    return this.file.info(this.stored(name)).shape;
  }

  get(name: string): HostTensor {
    const stored = this.stored(name);
    return { data: this.file.readFloat32(stored), shape: this.file.info(stored).shape, dtype: 'float32' };
  }

  /** Only float32 tensors can be mapped as they lie; narrower ones are widened by `get`. */
  locate(name: string): WeightLocation | undefined {
    const { dtype, file, offset, byteLength } = this.file.info(this.stored(name));
    return dtype === 'F32' ? { path: file, offset, byteLength } : undefined;
  }

  private stored(name: string): string {
    const stored = this.storedNames.get(name);
    if (stored === undefined) throw unknownWeight(name, this.file.path);
    return stored;
  }
}

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

  locate(name: string): WeightLocation | undefined {
    return this.shapes.has(name) ? undefined : this.base.locate(name);
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
