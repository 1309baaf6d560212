import { hasMarker, markError, SeaError, type SeaErrorOptions } from './sea-error.js';

const marker = Symbol.for('sea-align.error.DatasetError');

/** Where in a dataset the fault is; `line` counts from 1. */
export interface DatasetPlace {
  file?: string;
  line?: number;
  field?: string;
}

/** A dataset file, line or field that is wrong. The message starts with `file:line: field:` as far as known. */
export class DatasetError extends SeaError {
  readonly file?: string;
  readonly line?: number;
  readonly field?: string;

  constructor(message: string, options: SeaErrorOptions & DatasetPlace = {}) {
    const { file, line, field, ...rest } = options;
    const place = [file, line].filter((part) => part !== undefined).join(':');
    const prefix = [place, field].filter((part) => part !== undefined && part !== '').join(': ');
    super(prefix === '' ? message : `${prefix}: ${message}`, {
      ...rest,
      code: rest.code ?? 'SEA_DATASET',
      exitCode: 2,
    });
    this.name = 'DatasetError';
    this.file = file;
    this.line = line;
    this.field = field;
    markError(this, marker);
  }

  static override isInstance(error: unknown): error is DatasetError {
    return hasMarker(error, marker);
  }
}
