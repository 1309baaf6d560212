import { hasMarker, markError, SeaError, type SeaErrorOptions } from './sea-error.js';

const marker = Symbol.for('sea-align.error.RunFolderError');

/** An output folder that must not be written: it belongs to another run, or a path would leave it. */
export class RunFolderError extends SeaError {
  constructor(message: string, options: SeaErrorOptions = {}) {
    super(message, { ...options, code: options.code ?? 'SEA_RUN_FOLDER', exitCode: 2 });
    this.name = 'RunFolderError';
    markError(this, marker);
  }

  static override isInstance(error: unknown): error is RunFolderError {
    return hasMarker(error, marker);
  }
}
