import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FileLock } from '@sea-align/core';
import { logFile, logPaths } from './evaluation-files.js';

/**
 * Throws RunFolderError (`SEA_FILE_BUSY`) where another process asks or judges for the run in `folder`: before anything is
 * written there.
 *
 * @param session the shard of the session that is about to begin; `all`: the whole folder is to be replaced
 */
export async function refuseRunning(
  folder: string,
  session: { readonly shard?: string } | 'all',
): Promise<void> {
  const logs =
    session === 'all' ? await logPaths(folder, 'answers') : [join(folder, logFile('answers', session.shard))];
  for (const log of logs) {
    if (await stat(log).catch(() => undefined)) await (await FileLock.acquire(log)).release();
  }
}
