import type { z } from 'zod';

import { ConfigError, type ConfigIssue } from './errors/config-error.js';

/** A path as people write it: `controls[2].role`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

/** All faults of a zod error, each with its path; unknown keys one by one. */
export function listIssues(error: z.ZodError): ConfigIssue[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [{ path: formatPath(issue.path), message: issue.message }];
    return issue.keys.map((key) => ({ path: formatPath([...issue.path, key]), message: 'unknown key' }));
  });
}

/** Checks a configuration. Throws one ConfigError with every fault; `what` names the thing checked in its message. */
export function parseConfig<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = listIssues(result.error);
  throw new ConfigError(`${what}: ${issues.length === 1 ? 'one fault' : `${issues.length} faults`}`, {
    issues,
  });
}
