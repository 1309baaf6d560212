import { elementwiseKernels } from './elementwise-kernels.js';
import { indexingKernels } from './indexing-kernels.js';
import type { KernelTable } from './kernel.js';
import { layoutKernels } from './layout-kernels.js';
import { normalizationKernels } from './normalization-kernels.js';
import { productKernels } from './product-kernels.js';
import { reductionKernels } from './reduction-kernels.js';

/** Every operation in plain JavaScript. */
export const referenceKernels: KernelTable = {
  ...elementwiseKernels,
  ...layoutKernels,
  ...reductionKernels,
  ...productKernels,
  ...indexingKernels,
  ...normalizationKernels,
};
