import type { Tensor } from '../graph/tensor.js';
import { add, mul, sub } from './arithmetic.js';
import { apply, commonDType, expectShape, lastExtent, type OpDefinition } from './definition.js';
import { rsqrt } from './elementwise.js';
import { mean } from './reduction.js';
import { sumToShape } from './sum-to-shape.js';

export const layerNormDefinition: OpDefinition<'layerNorm'> = {
  op: 'layerNorm',
  infer(inputs) {
    const [x, weight, bias] = inputs;
    const width = lastExtent('layerNorm', x);
    expectShape('layerNorm', weight, [width], 'the weight');
    expectShape('layerNorm', bias, [width], 'the bias');
    return { shape: x.shape, dtype: commonDType('layerNorm', inputs) };
  },
  gradient({ inputs: [x, weight, bias], attributes: { epsilon } }, grad) {
    const centred = sub(x, mean(x, [-1], true));
    const scale = rsqrt(add(mean(mul(centred, centred), [-1], true), epsilon));
    const normal = mul(centred, scale);
    return [
      () => {
        const scaled = mul(grad, weight);
        const along = mul(normal, mean(mul(scaled, normal), [-1], true));
        return mul(sub(sub(scaled, mean(scaled, [-1], true)), along), scale);
      },
      () => sumToShape(mul(grad, normal), weight.shape),
      () => sumToShape(grad, bias.shape),
    ];
  },
};

export const rmsNormDefinition: OpDefinition<'rmsNorm'> = {
  op: 'rmsNorm',
  infer(inputs) {
    const [x, weight] = inputs;
    expectShape('rmsNorm', weight, [lastExtent('rmsNorm', x)], 'the weight');
    return { shape: x.shape, dtype: commonDType('rmsNorm', inputs) };
  },
  gradient({ inputs: [x, weight], attributes: { epsilon } }, grad) {
    const scale = rsqrt(add(mean(mul(x, x), [-1], true), epsilon));
    const normal = mul(x, scale);
    return [
      () => {
        const scaled = mul(grad, weight);
        return mul(sub(scaled, mul(normal, mean(mul(scaled, normal), [-1], true))), scale);
      },
      () => sumToShape(mul(grad, normal), weight.shape),
    ];
  },
};

/** (x - mean) / sqrt(variance + epsilon) * weight + bias over the last axis, with the biased variance. */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor {
  return apply(layerNormDefinition, [x, weight, bias], { epsilon });
}

/** x / sqrt(mean(x²) + epsilon) * weight over the last axis. */
export function rmsNorm(x: Tensor, weight: Tensor, epsilon: number): Tensor {
  return apply(rmsNormDefinition, [x, weight], { epsilon });
}
