import { ConfigError } from '@sea-align/core';

/** What may stand between `{{` and `}}` in a workflow. */
export const placeholders = ['prompt', 'seed', 'width', 'height', 'fps', 'num_frames'] as const;
export type Placeholder = (typeof placeholders)[number];

const pattern = /\{\{\s*([^{}]*?)\s*\}\}/g;

/**
 * Checks that a workflow graph takes the prompt and names no unknown placeholder. Throws ConfigError with every fault.
 */
export function checkWorkflow(workflow: Record<string, unknown>): void {
  const used = new Set<string>();
  visitStrings(workflow, (text) => {
    for (const [, name] of text.matchAll(pattern)) used.add(name);
    return text;
  });
  const issues = [...used]
    .filter((name) => !placeholders.some((known) => known === name))
    .map((name) => ({
      path: 'workflow',
      message: `unknown placeholder {{${name}}}; known: ${placeholders.join(', ')}`,
    }));
  if (!used.has('prompt'))
    issues.push({ path: 'workflow', message: 'no string holds {{prompt}}: every clip would be the same' });
  if ('nodes' in workflow && 'links' in workflow)
    issues.push({
      path: 'workflow',
      message: 'this is a saved workspace; export it with "Save (API Format)" or "Export (API)"',
    });
  if (issues.length > 0) throw new ConfigError('Options of the ComfyUI client', { issues });
}

/**
 * A copy of the graph with the placeholders filled in. A string that is only a placeholder takes the value's own type,
 * so `"{{seed}}"` becomes a number; inserted text is not looked at again.
 */
export function fillWorkflow<T>(workflow: T, values: Record<Placeholder, string | number>): T {
  const known = new Map<string, string | number>(Object.entries(values));
  return visitStrings(workflow, (text) => {
    const [whole] = text.matchAll(pattern);
    if (whole !== undefined && whole[0] === text) return known.get(whole[1]) ?? text;
    return text.replaceAll(pattern, (found, name: string) => String(known.get(name) ?? found));
  }) as T;
}

function visitStrings(value: unknown, visit: (text: string) => unknown): unknown {
  if (typeof value === 'string') return visit(value);
  if (Array.isArray(value)) return value.map((each) => visitStrings(each, visit));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, visitStrings(each, visit)]));
}
