import { optimizeEmbeddings, type OptimizeRequest } from './optimize.js';
import type { OptimizeSummary } from './summary.js';

/** As for `optimizeEmbeddings`; of its options those that shape E_0. */
export interface BlankControlRequest extends Omit<OptimizeRequest, 'options'> {
  options?: Pick<
    NonNullable<OptimizeRequest['options']>,
    'noise' | 'embeddingsPerSample' | 'shardBytes' | 'batchSize'
  >;
}

/**
 * The control arm of the experiment: for every sample the very embedding that optimisation would have started from, M(blank) + noise,
 * stored like an optimised one. What SEA does better than this is due to what optimisation put into E.
 * Load it with `include: 'all'`: nothing here is verified.
 */
export function blankControlEmbeddings(request: BlankControlRequest): Promise<OptimizeSummary> {
  return optimizeEmbeddings({
    ...request,
    options: { ...request.options, steps: 0, verify: { enabled: false } },
  });
}
