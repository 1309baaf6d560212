import { concernsOneRequest } from '@sea-align/chat';
import { ChatError, ConfigError, DiskError, RunFolderError } from '@sea-align/core';

/** Faults in a row, without one success between, after which a task is given up: it is not the cases then. */
export const faultsInARow = 8;

/**
 * Whether a fault is not this case's alone: the disk, the configuration, a key, the chat server. Such a fault ends the run,
 * which can be resumed; any other leaves out the case.
 */
export function stopsRun(error: unknown): boolean {
  if (ChatError.isInstance(error)) return !concernsOneRequest(error);
  if (DiskError.isInstance(error) || ConfigError.isInstance(error) || RunFolderError.isInstance(error))
    return true;
  return keyRefused.has(codeOf(error));
}

const keyRefused = new Set(['SEA_VIDEO_UNAUTHORIZED']);

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** A fault as the list of what was left out shows it: one line. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/\s+/g, ' ').slice(0, 500);
}
