import { sameShape, type Shape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { reshape } from './layout.js';
import { sum } from './reduction.js';

/** The adjoint of broadcasting: sums a gradient over the axes along which its operand was stretched. */
export function sumToShape(grad: Tensor, shape: Shape): Tensor {
  const extra = grad.shape.length - shape.length;
  const axes = grad.shape.flatMap((extent, axis) =>
    axis < extra || (shape[axis - extra] === 1 && extent !== 1) ? [axis] : [],
  );
  const summed = axes.length > 0 ? sum(grad, axes, false) : grad;
  return sameShape(summed.shape, shape) ? summed : reshape(summed, shape);
}
