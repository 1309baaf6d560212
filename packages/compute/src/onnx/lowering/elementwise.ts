import { contribDomain, onnxDataType } from '../model-builder.js';
import { direct, type LoweringTable } from './lowering.js';

export const elementwiseLowering: LoweringTable<
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'maximum'
  | 'minimum'
  | 'addN'
  | 'greater'
  | 'less'
  | 'equal'
  | 'where'
  | 'neg'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'rsqrt'
  | 'sigmoid'
  | 'tanh'
  | 'erf'
  | 'sin'
  | 'cos'
  | 'abs'
  | 'relu'
  | 'gelu'
  | 'swish'
  | 'cast'
> = {
  add: direct('Add'),
  sub: direct('Sub'),
  mul: direct('Mul'),
  div: direct('Div'),
  maximum: direct('Max'),
  minimum: direct('Min'),
  addN: direct('Sum'),
  greater: direct('Greater'),
  less: direct('Less'),
  equal: direct('Equal'),
  where: direct('Where'),
  neg: direct('Neg'),
  exp: direct('Exp'),
  log: direct('Log'),
  sqrt: direct('Sqrt'),
  // ONNX has no reciprocal square root.
  rsqrt: ({ inputs: [x], output }, emit) => {
    emit.node('Reciprocal', [emit.node('Sqrt', [emit.name(x)])], {}, { output });
  },
  sigmoid: direct('Sigmoid'),
  tanh: direct('Tanh'),
  erf: direct('Erf'),
  sin: direct('Sin'),
  cos: direct('Cos'),
  abs: direct('Abs'),
  relu: direct('Relu'),
  gelu: ({ inputs: [x], attributes: { approximate }, output }, emit) => {
    if (approximate === 'none') emit.node('Gelu', [emit.name(x)], {}, { output, domain: contribDomain });
    else emit.node('Gelu', [emit.name(x)], { approximate: { string: 'tanh' } }, { output });
  },
  swish: ({ inputs: [x], attributes: { scale }, output }, emit) => {
    const scaled = emit.node('Mul', [emit.name(x), emit.scalar(scale, x.dtype)]);
    emit.node('Mul', [emit.name(x), emit.node('Sigmoid', [scaled])], {}, { output });
  },
  cast: ({ inputs: [x], attributes: { dtype }, output }, emit) => {
    emit.node('Cast', [emit.name(x)], { to: onnxDataType[dtype] }, { output });
  },
};
