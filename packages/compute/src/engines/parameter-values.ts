import { CheckpointError, EngineError } from '@sea-align/core';
import type { HostTensor } from '../graph/dtype.js';
import { formatShape, sameShape, sizeOf } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import type { CompileOptions, WeightSource } from './engine.js';

/** The weight source of a graph with parameters. @throws EngineError when there is none */
export function weightSourceOf(options: CompileOptions, parameter: string, label: string): WeightSource {
  if (options.weights) return options.weights;
  throw new EngineError(
    `${label}: the graph has the parameter "${parameter}", but compile() was given no weights`,
  );
}

/**
 * A parameter's value in its declared shape and dtype.
 * @throws CheckpointError if the weight source holds another shape or dtype under the name
 */
export function parameterValue(weights: WeightSource, name: string, parameter: Tensor): HostTensor {
  const value = weights.get(name);
  const { shape, dtype } = parameter;
  if (!sameShape(value.shape, shape) || value.data.length !== sizeOf(shape)) {
    throw new CheckpointError(
      `tensor "${name}" has shape ${formatShape(value.shape)}, the model needs ${formatShape(shape)}`,
    );
  }
  if (value.dtype !== dtype) {
    throw new CheckpointError(`tensor "${name}" is ${value.dtype}, the model's graph declares ${dtype}`);
  }
  return value;
}
