import { formatPath } from '@sea-align/core';

import type { ChatRequest } from './chat-client.js';

/** A good answer, or what is wrong with it, in words for the model. */
export type CheckedAnswer<T> = { value: T; fault?: undefined } | { fault: string };

/** Checks an answer, already parsed from JSON, against schema and validation. */
export function checkAnswer<T>(request: ChatRequest<T>, json: unknown): CheckedAnswer<T> {
  const result = request.schema.safeParse(json);
  if (!result.success) {
    const faults = result.error.issues.map((issue) => {
      const path = formatPath(issue.path);
      return path === '' ? issue.message : `${path}: ${issue.message}`;
    });
    return { fault: `It does not fit the schema. ${faults.join('; ')}` };
  }
  const fault = request.validate?.(result.data);
  return fault === undefined ? { value: result.data } : { fault };
}
