import { videoError } from './video-error-codes.js';
import { sleep } from './web-client.js';

/**
 * Runs the work of one clip within the time for a whole job. Throws MediaError `SEA_VIDEO_TIMEOUT` when that is over,
 * the reason of `signal` when that is aborted.
 */
export async function withinJobTime<T>(
  who: string,
  jobTimeoutMs: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(jobTimeoutMs);
  const both = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  try {
    return await work(both);
  } catch (error) {
    signal?.throwIfAborted();
    if (!limit.aborted) throw error;
    throw videoError(who, 'timeout', `the clip was not ready within ${jobTimeoutMs / 1000} s`, {
      hint: 'Raise jobTimeoutMs, or look on the server why the job does not end.',
    });
  }
}

/** Looks again and again until `look` gives something. */
export async function poll<T>(
  pollMs: number,
  signal: AbortSignal,
  look: () => Promise<T | undefined>,
): Promise<T> {
  for (;;) {
    await sleep(pollMs, signal);
    const found = await look();
    if (found !== undefined) return found;
  }
}
