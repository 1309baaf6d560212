import { geluDefinition, reluDefinition, swishDefinition } from './activations.js';
import {
  addDefinition,
  addNDefinition,
  divDefinition,
  maximumDefinition,
  minimumDefinition,
  mulDefinition,
  subDefinition,
} from './arithmetic.js';
import type { OpName } from './attributes.js';
import { castDefinition } from './cast.js';
import { equalDefinition, greaterDefinition, lessDefinition, whereDefinition } from './comparison.js';
import type { OpDefinition } from './definition.js';
import {
  absDefinition,
  cosDefinition,
  erfDefinition,
  expDefinition,
  logDefinition,
  negDefinition,
  rsqrtDefinition,
  sigmoidDefinition,
  sinDefinition,
  sqrtDefinition,
  tanhDefinition,
} from './elementwise.js';
import { gatherDefinition, oneHotDefinition, scatterAddDefinition, takeLastDefinition } from './indexing.js';
import { broadcastToDefinition, reshapeDefinition, transposeDefinition } from './layout.js';
import { linearDefinition, matmulDefinition } from './matmul.js';
import { layerNormDefinition, rmsNormDefinition } from './normalization.js';
import { argmaxDefinition, maxDefinition, meanDefinition, sumDefinition } from './reduction.js';
import { concatDefinition, padDefinition, sliceDefinition } from './slicing.js';
import { logSoftmaxDefinition, softmaxDefinition } from './softmax.js';

/** Every operation's definition by name. */
export const opDefinitions: { readonly [K in OpName]: OpDefinition<K> } = {
  add: addDefinition,
  sub: subDefinition,
  mul: mulDefinition,
  div: divDefinition,
  maximum: maximumDefinition,
  minimum: minimumDefinition,
  addN: addNDefinition,
  greater: greaterDefinition,
  less: lessDefinition,
  equal: equalDefinition,
  where: whereDefinition,
  neg: negDefinition,
  exp: expDefinition,
  log: logDefinition,
  sqrt: sqrtDefinition,
  rsqrt: rsqrtDefinition,
  sigmoid: sigmoidDefinition,
  tanh: tanhDefinition,
  erf: erfDefinition,
  sin: sinDefinition,
  cos: cosDefinition,
  abs: absDefinition,
  relu: reluDefinition,
  gelu: geluDefinition,
  swish: swishDefinition,
  cast: castDefinition,
  sum: sumDefinition,
  mean: meanDefinition,
  max: maxDefinition,
  argmax: argmaxDefinition,
  reshape: reshapeDefinition,
  transpose: transposeDefinition,
  broadcastTo: broadcastToDefinition,
  slice: sliceDefinition,
  concat: concatDefinition,
  pad: padDefinition,
  matmul: matmulDefinition,
  linear: linearDefinition,
  softmax: softmaxDefinition,
  logSoftmax: logSoftmaxDefinition,
  gather: gatherDefinition,
  scatterAdd: scatterAddDefinition,
  oneHot: oneHotDefinition,
  takeLast: takeLastDefinition,
  layerNorm: layerNormDefinition,
  rmsNorm: rmsNormDefinition,
};
