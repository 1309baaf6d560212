import type { LayerProgress } from '@sea-align/mllm';
import { largeStep, type LargeStep, type LargeStepRequest } from './large-step.js';

/** What the process of a step tells its parent. */
export type ChildMessage =
  { stage: string } | { progress: LayerProgress } | { result: LargeStep } | { failure: string };

const tell = (message: ChildMessage): void => {
  process.send?.(message);
};

process.once('message', (request: LargeStepRequest) => {
  largeStep({
    ...request,
    onStage: (stage) => tell({ stage }),
    onLayer: (progress) => tell({ progress }),
  })
    .then((result) => tell({ result }))
    .catch((error: unknown) => tell({ failure: error instanceof Error ? error.message : String(error) }))
    .finally(() => process.disconnect());
});
