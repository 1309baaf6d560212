import { gelu, geluTanh, quickGelu, relu, silu, type Tensor } from '@sea-align/compute';
import type { Activation } from '../config/activation.js';

const functions: Readonly<Record<Activation, (x: Tensor) => Tensor>> = {
  quick_gelu: quickGelu,
  gelu,
  gelu_tanh: geluTanh,
  silu,
  relu,
};

/** Applies a config's activation. */
export function activate(activation: Activation, x: Tensor): Tensor {
  return functions[activation](x);
}
