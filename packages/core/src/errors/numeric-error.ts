import { hasMarker, markError, SeaError, type SeaErrorOptions } from './sea-error.js';

const marker = Symbol.for('sea-align.error.NumericError');

/** A loss, gradient or tensor that became NaN or infinite. */
export class NumericError extends SeaError {
  constructor(message: string, options: SeaErrorOptions = {}) {
    super(message, { ...options, code: options.code ?? 'SEA_NUMERIC', exitCode: 1 });
    this.name = 'NumericError';
    markError(this, marker);
  }

  static override isInstance(error: unknown): error is NumericError {
    return hasMarker(error, marker);
  }
}
