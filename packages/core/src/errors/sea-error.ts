const marker = Symbol.for('sea-align.error');

/** What every error class of the project takes besides its message. */
export interface SeaErrorOptions {
  /** Stable, machine-readable name of the fault; each class has its own default. */
  code?: string;
  /** What the user can do about it: a command, an option, a place to look. */
  hint?: string;
  /** Anything JSON-able that helps to understand the fault. Never a secret. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

/**
 * The root of all errors meant for the user: `message` says what is wrong and where, `hint` what to do.
 * `exitCode` is 2 when the input or the command is at fault (nothing of value was run), else 1.
 */
export class SeaError extends Error {
  readonly code: string;
  readonly exitCode: 1 | 2;
  readonly hint?: string;
  readonly details?: Record<string, unknown>;

  constructor(message: string, options: SeaErrorOptions & { exitCode?: 1 | 2 } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SeaError';
    this.code = options.code ?? 'SEA_ERROR';
    this.exitCode = options.exitCode ?? 1;
    this.hint = options.hint;
    this.details = options.details;
    markError(this, marker);
  }

  /** True for every SeaError, also one that was made by another copy of this package. */
  static isInstance(error: unknown): error is SeaError {
    return hasMarker(error, marker);
  }
}

/** Brands an error; non-enumerable, so that neither logs nor deep comparisons show it. */
export function markError(error: Error, symbol: symbol): void {
  Object.defineProperty(error, symbol, { value: true });
}

/** Whether `error` carries the brand `symbol`. */
export function hasMarker(error: unknown, symbol: symbol): boolean {
  return typeof error === 'object' && error !== null && (error as Record<symbol, unknown>)[symbol] === true;
}
