import { expect, it } from 'vitest';
import { z } from 'zod';

import { formatPath, parseConfig } from './config-check.js';
import { ConfigError } from './errors/config-error.js';

const schema = z.strictObject({
  model: z.string(),
  optimizer: z.strictObject({
    steps: z.int().min(1),
    controls: z.array(z.strictObject({ role: z.string() })),
  }),
});

it('gives the value back, defaults filled in', () => {
  expect(parseConfig(z.strictObject({ a: z.number().default(3) }), {}, 'recipe')).toEqual({ a: 3 });
});

it('tells every fault at once, each with its path', () => {
  const value = {
    modle: 'x',
    optimizer: { steps: 0, controls: [{ role: 'a' }, { roll: 'b' }], lr: 1, mu: 2 },
  };
  try {
    parseConfig(schema, value, 'recipe.yaml');
    expect.unreachable();
  } catch (error) {
    if (!ConfigError.isInstance(error)) throw error;
    expect(error.issues.map(({ path }) => path).sort()).toEqual([
      'model',
      'modle',
      'optimizer.controls[1].role',
      'optimizer.controls[1].roll',
      'optimizer.lr',
      'optimizer.mu',
      'optimizer.steps',
    ]);
    expect(error.message).toMatch(/^recipe\.yaml: 7 faults\n/);
    expect(error.message).toContain('\n  optimizer.lr: unknown key');
  }
});

it('writes paths as people do', () => {
  expect(formatPath([])).toBe('');
  expect(formatPath(['a', 0, 'b', 12])).toBe('a[0].b[12]');
  expect(formatPath([1, 'a'])).toBe('[1].a');
});
