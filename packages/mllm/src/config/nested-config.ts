import { z } from 'zod';

/** Parses a sub-config with its own schema; faults go to the outer one's `context` under `key`, and the result is undefined. */
export function nestedConfig<T>(
  schema: z.ZodType<T>,
  raw: unknown,
  key: string,
  context: z.core.$RefinementCtx,
): T | undefined {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    context.addIssue({ code: 'custom', path: [key, ...issue.path], message: issue.message });
  }
  return undefined;
}

/** `model_type` of a config or sub-config; undefined where it is silent or no config at all. */
export function modelTypeOf(raw: unknown): string | undefined {
  const parsed = z.looseObject({ model_type: z.string() }).safeParse(raw);
  return parsed.success ? parsed.data.model_type : undefined;
}
