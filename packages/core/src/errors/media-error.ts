import { hasMarker, markError, SeaError, type SeaErrorOptions } from './sea-error.js';

const marker = Symbol.for('sea-align.error.MediaError');

/** An image, video or sound that cannot be read or written, or a media tool that is missing. */
export class MediaError extends SeaError {
  constructor(message: string, options: SeaErrorOptions = {}) {
    super(message, { ...options, code: options.code ?? 'SEA_MEDIA', exitCode: 1 });
    this.name = 'MediaError';
    markError(this, marker);
  }

  static override isInstance(error: unknown): error is MediaError {
    return hasMarker(error, marker);
  }
}
