import { hasMarker, markError, SeaError, type SeaErrorOptions } from './sea-error.js';

const marker = Symbol.for('sea-align.error.CheckpointError');

/** A checkpoint folder or tensor file that cannot be used: missing, extra, misshapen or NaN tensors, or an unsupported architecture. */
export class CheckpointError extends SeaError {
  constructor(message: string, options: SeaErrorOptions = {}) {
    super(message, { ...options, code: options.code ?? 'SEA_CHECKPOINT', exitCode: 2 });
    this.name = 'CheckpointError';
    markError(this, marker);
  }

  static override isInstance(error: unknown): error is CheckpointError {
    return hasMarker(error, marker);
  }
}
