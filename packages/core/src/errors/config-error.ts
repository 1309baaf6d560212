import { hasMarker, markError, SeaError, type SeaErrorOptions } from './sea-error.js';

const marker = Symbol.for('sea-align.error.ConfigError');

/** One fault of a configuration: `path` like `optimizer.controls[2].role`, '' for the whole. */
export interface ConfigIssue {
  path: string;
  message: string;
}

/** A recipe, option or argument that is wrong. Holds all faults at once; the message lists them, one a line. */
export class ConfigError extends SeaError {
  readonly issues: readonly ConfigIssue[];

  constructor(message: string, options: SeaErrorOptions & { issues?: readonly ConfigIssue[] } = {}) {
    const { issues = [], ...rest } = options;
    const lines = issues.map(({ path, message: fault }) => `\n  ${path === '' ? '' : `${path}: `}${fault}`);
    super(message + lines.join(''), { ...rest, code: rest.code ?? 'SEA_CONFIG', exitCode: 2 });
    this.name = 'ConfigError';
    this.issues = issues;
    markError(this, marker);
  }

  static override isInstance(error: unknown): error is ConfigError {
    return hasMarker(error, marker);
  }
}
