import type { ProgressListener } from '@sea-align/core';

/** What every stage is given besides its settings. */
export interface StageContext {
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}
