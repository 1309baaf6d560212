import { SeaError } from '@sea-align/core';

/** A tensor graph was built from operands that do not fit together; the message names the operation and the shapes. */
export class GraphError extends SeaError {
  constructor(message: string) {
    super(message, { code: 'SEA_GRAPH' });
    this.name = 'GraphError';
  }
}
