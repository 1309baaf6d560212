import type { HostTensor } from './host-tensor.js';

/** Where the values of a graph's parameters come from. */
export interface WeightSource {
  /** @throws CheckpointError naming the tensor when it is missing */
  get(name: string): HostTensor;
  /** Where the tensor's bytes lie on disk (offset in bytes), for engines that can map them instead of copying. */
  locate?(name: string): { path: string; offset: number; byteLength: number } | undefined;
}
