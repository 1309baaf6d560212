import { isFloating, type DType } from '../graph/dtype.js';
import type { Tensor } from '../graph/tensor.js';
import { apply, type OpDefinition } from './definition.js';

/** Casts between floating dtypes pass the gradient; casts from or to integers and bool have none. */
export const castDefinition: OpDefinition<'cast'> = {
  op: 'cast',
  infer: ([x], { dtype }) => ({ shape: x.shape, dtype }),
  gradient: ({ inputs: [x], output }, grad) => [
    isFloating(x.dtype) && isFloating(output.dtype) ? () => cast(grad, x.dtype) : null,
  ],
};

/** Converts the elements; floats to integers truncate, bool is 0 or 1. The tensor itself if it has the dtype. */
export function cast(a: Tensor, dtype: DType): Tensor {
  return a.dtype === dtype ? a : apply(castDefinition, [a], { dtype });
}
