import { elementwiseLowering } from './elementwise.js';
import { indexingLowering } from './indexing.js';
import { layoutLowering } from './layout.js';
import type { LoweringTable } from './lowering.js';
import { normalizationLowering } from './normalization.js';
import { productLowering } from './products.js';
import { reductionLowering } from './reduction.js';

/** Every operation as ONNX nodes. */
export const onnxLowering: LoweringTable = {
  ...elementwiseLowering,
  ...layoutLowering,
  ...reductionLowering,
  ...productLowering,
  ...indexingLowering,
  ...normalizationLowering,
};
