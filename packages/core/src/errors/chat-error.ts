import { hasMarker, markError, SeaError, type SeaErrorOptions } from './sea-error.js';

const marker = Symbol.for('sea-align.error.ChatError');

/** A chat request that got no usable answer: network, server, refusal, or answers that never fit the schema. */
export class ChatError extends SeaError {
  constructor(message: string, options: SeaErrorOptions = {}) {
    super(message, { ...options, code: options.code ?? 'SEA_CHAT', exitCode: 1 });
    this.name = 'ChatError';
    markError(this, marker);
  }

  static override isInstance(error: unknown): error is ChatError {
    return hasMarker(error, marker);
  }
}
