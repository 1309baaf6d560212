import type { RunManifest } from '@sea-align/core';

/** Runs a stage and notes its time; stages of one name add up. */
export type StageTimer = <T>(stage: string, work: () => Promise<T>) => Promise<T>;

/** A timer that writes into `manifest`, saves it after every stage, and begins none once `signal` is aborted. */
export function stageTimer(manifest: RunManifest, signal?: AbortSignal): StageTimer {
  return async (stage, work) => {
    signal?.throwIfAborted();
    manifest.start(stage);
    const result = await work();
    manifest.end(stage);
    await manifest.save();
    return result;
  };
}
