import { EngineError } from '@sea-align/core';
import { hostArrayOf, type HostTensor, type TypedArray } from '../graph/dtype.js';
import { formatShape, sameShape, sizeOf } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import type { Feeds } from './engine.js';

/**
 * Checks feeds against the declared inputs of a graph.
 * @throws EngineError naming every input that is missing, unknown, or of wrong dtype, shape or length
 */
export function checkFeeds(
  inputs: ReadonlyMap<string, Tensor>,
  feeds: Feeds,
  label: string,
): Map<string, TypedArray> {
  const faults: string[] = [];
  const checked = new Map<string, TypedArray>();
  for (const [name, { shape, dtype }] of inputs) {
    const value = feeds[name];
    if (value === undefined) {
      faults.push(`input "${name}" is missing (${dtype} ${formatShape(shape)})`);
      continue;
    }
    const fault = feedFault(value, shape, dtype);
    if (fault) faults.push(`input "${name}" ${fault}`);
    else checked.set(name, dataOf(value));
  }
  for (const name of Object.keys(feeds)) {
    if (!inputs.has(name))
      faults.push(`"${name}" is no input of the graph (it has ${[...inputs.keys()].join(', ')})`);
  }
  if (faults.length > 0) throw new EngineError(`${label}: ${faults.join('; ')}`, { code: 'SEA_ENGINE_FEED' });
  return checked;
}

function dataOf(value: TypedArray | HostTensor): TypedArray {
  return ArrayBuffer.isView(value) ? value : value.data;
}

function feedFault(
  value: TypedArray | HostTensor,
  shape: readonly number[],
  dtype: HostTensor['dtype'],
): string | undefined {
  const data = dataOf(value);
  if (!ArrayBuffer.isView(value)) {
    if (value.dtype !== dtype) return `is ${value.dtype}, expected ${dtype}`;
    if (!sameShape(value.shape, shape))
      return `has shape ${formatShape(value.shape)}, expected ${formatShape(shape)}`;
  }
  if (!(data instanceof hostArrayOf[dtype])) {
    return `is a ${data?.constructor.name ?? typeof data}, expected a ${hostArrayOf[dtype].name} for ${dtype}`;
  }
  if (data.length !== sizeOf(shape)) {
    return `has ${data.length} elements, expected ${sizeOf(shape)} for shape ${formatShape(shape)}`;
  }
  return undefined;
}
