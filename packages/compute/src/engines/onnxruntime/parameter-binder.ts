import type { Tensor as OrtTensor } from 'onnxruntime-web';
import { bytesPerElement, type DType, type HostTensor } from '../../graph/dtype.js';
import type { Graph } from '../../graph/graph.js';
import { sizeOf } from '../../graph/shape.js';
import type { Tensor } from '../../graph/tensor.js';
import type { ModelBuilder } from '../../onnx/model-builder.js';
import { toFloat32 } from '../../safetensors/convert.js';
import type { WeightSource } from '../engine.js';
import { parameterValue } from '../parameter-values.js';
import { MappedFiles } from './mapped-files.js';
import { toOrtTensor, type OrtLibrary } from './ort-library.js';

/**
 * Up to this many bytes of parameters are written into the model: ONNX Runtime then packs them for its matrix products
 * (a few per cent faster) at the price of a copy in every session. More than this is mapped from file or passed at every run:
 * in memory once, however many sessions there are.
 */
export const embeddedLimitBytes = 8 * 2 ** 20;

export type BindingPlan = 'embedded' | 'shared';

/** Chooses how a graph's parameters reach the runtime. WebAssembly has a memory of its own: it always takes copies. */
export function bindingPlan(graph: Graph, native: boolean, limit = embeddedLimitBytes): BindingPlan {
  let bytes = 0;
  for (const { shape, dtype } of graph.parameters.values()) bytes += sizeOf(shape) * bytesPerElement[dtype];
  return native && bytes > limit ? 'shared' : 'embedded';
}

/** Values passed at every run, shared by the sessions of one weight source as long as one of them lives. */
export type SharedValues = WeakMap<WeightSource, Map<string, WeakRef<HostTensor>>>;

/** Puts one graph's parameters into its model; afterwards `fed` holds those that must be passed at every run. */
export class ParameterBinder {
  readonly fed: Record<string, OrtTensor> = {};
  /** Keeps what `SharedValues` refers to weakly. */
  readonly held: HostTensor[] = [];
  readonly files = new MappedFiles();

  constructor(
    private readonly library: OrtLibrary,
    private readonly plan: BindingPlan,
    private readonly shared: SharedValues,
  ) {}

  bind(builder: ModelBuilder, valueName: string, parameter: Tensor, weights: WeightSource): void {
    const name = parameter.name!;
    if (this.plan === 'embedded') {
      const value = parameterValue(weights, name, parameter);
      builder.initializer(valueName, value.data, value.shape, value.dtype);
      return;
    }
    const { shape, dtype } = parameter;
    const location = weights.locate?.(name);
    if (location && location.byteLength === sizeOf(shape) * bytesPerElement[dtype]) {
      const file = this.files.link(location.path);
      if (file !== undefined) {
        builder.externalInitializer(valueName, { ...location, location: file }, shape, dtype);
        return;
      }
    }
    const value = this.#sharedValue(weights, name, parameter);
    this.held.push(value);
    if (dtype === 'bfloat16') {
      // The JavaScript interface has no bfloat16 values: widened on the host, narrowed to the declared dtype in the model.
      const wide = `${valueName}:float32`;
      builder.input(wide, shape, 'float32');
      builder.cast(wide, valueName, 'bfloat16');
      this.fed[wide] = toOrtTensor(this.library, value.data, shape, 'float32');
      return;
    }
    builder.input(valueName, shape, dtype);
    this.fed[valueName] = toOrtTensor(this.library, value.data, shape, dtype);
  }

  #sharedValue(weights: WeightSource, name: string, parameter: Tensor): HostTensor {
    const values = this.shared.get(weights) ?? new Map<string, WeakRef<HostTensor>>();
    this.shared.set(weights, values);
    const known = values.get(name)?.deref();
    if (known) return known;
    const stored = parameterValue(weights, name, parameter);
    const value = stored.dtype === 'bfloat16' ? widened(stored) : stored;
    values.set(name, new WeakRef(value));
    return value;
  }
}

function widened(value: HostTensor): HostTensor {
  const dtype: DType = 'float32';
  return { data: toFloat32(value)!, shape: value.shape, dtype };
}
