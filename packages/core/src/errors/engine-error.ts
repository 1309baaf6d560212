import { hasMarker, markError, SeaError, type SeaErrorOptions } from './sea-error.js';

const marker = Symbol.for('sea-align.error.EngineError');

/** An engine that is missing or failed, a graph that cannot be compiled, or feeds that do not fit a session. */
export class EngineError extends SeaError {
  constructor(message: string, options: SeaErrorOptions = {}) {
    super(message, { ...options, code: options.code ?? 'SEA_ENGINE', exitCode: 1 });
    this.name = 'EngineError';
    markError(this, marker);
  }

  static override isInstance(error: unknown): error is EngineError {
    return hasMarker(error, marker);
  }
}
