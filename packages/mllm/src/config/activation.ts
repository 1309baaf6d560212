import { z } from 'zod';

/** Activation functions of the supported configs, by what they compute. */
export type Activation = 'quick_gelu' | 'gelu' | 'gelu_tanh' | 'silu' | 'relu';

/** HF `ACT2FN` names to what they compute. */
const activationsByHfName: Readonly<Record<string, Activation>> = {
  gelu: 'gelu',
  gelu_python: 'gelu',
  gelu_new: 'gelu_tanh',
  gelu_fast: 'gelu_tanh',
  gelu_pytorch_tanh: 'gelu_tanh',
  gelu_accurate: 'gelu_tanh',
  quick_gelu: 'quick_gelu',
  relu: 'relu',
  silu: 'silu',
  swish: 'silu',
};

/** Reads an activation's HF name. */
export const activationSchema = z.string().transform((name, context): Activation => {
  const activation = Object.hasOwn(activationsByHfName, name) ? activationsByHfName[name] : undefined;
  if (activation === undefined) {
    context.addIssue({
      code: 'custom',
      message: `activation "${name}" is not supported (supported: ${Object.keys(activationsByHfName).join(', ')})`,
    });
    return z.NEVER;
  }
  return activation;
});
