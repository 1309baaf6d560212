import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '@sea-align/core';
import { describe, expect, it } from 'vitest';
import { loadRecipe, parseRecipe } from './load-recipe.js';

const recipes = fileURLToPath(new URL('../../recipes', import.meta.url));
const files = readdirSync(recipes).filter((name) => name.endsWith('.yaml'));

const minimal = `name: x
model: tiny-llava
data:
  - input: toy
align:
  - name: a
`;

function faultsOf(text: string): string[] {
  try {
    parseRecipe(text, 'my.yaml');
  } catch (error) {
    if (ConfigError.isInstance(error))
      return error.issues.map(({ path: where, message }) => `${where}: ${message}`);
    throw error;
  }
  return [];
}

describe('shipped recipes', () => {
  it('are seven', () => expect(files).toHaveLength(7));

  it.each(files)('%s is valid and says how to run it', async (name) => {
    const { recipe } = await loadRecipe(path.join(recipes, name));
    expect(`${recipe.name}.yaml`).toBe(name);
  });
});

describe('parseRecipe', () => {
  it('fills in defaults', () => {
    const recipe = parseRecipe(minimal, 'my.yaml');
    expect(recipe.seed).toBe(1);
    expect(recipe.prepare.extractor).toEqual({ kind: 'offline', lexicon: 'none' });
    expect(recipe.align[0]).toMatchObject({
      method: 'dpo',
      data: 'sea',
      trainable: { kind: 'lora', rank: 8, alpha: 16 },
    });
    expect(recipe.align[0].options.rowsPerStep).toBeUndefined();
  });

  it('names every fault at once, with file, line and path', () => {
    const faults = faultsOf(`name: x
model: ''
colour: red
data: []
prepare:
  habits: { style: { styles: [] } }
optimize:
  steps: many
align:
  - name: a
    method: ppo
  - name: a
`);
    expect(faults).toContain('my.yaml:3: colour: unknown key');
    expect(faults.filter((fault) => fault.startsWith('my.yaml:2: model'))).toHaveLength(1);
    expect(faults.filter((fault) => fault.startsWith('my.yaml:4: data'))).toHaveLength(1);
    expect(faults.some((fault) => /^my\.yaml:\d+: prepare\.habits\.style\.styles/.test(fault))).toBe(true);
    expect(faults.some((fault) => fault.startsWith('my.yaml:8: optimize.steps'))).toBe(true);
    expect(faults.some((fault) => fault.startsWith('my.yaml:11: align[0].method'))).toBe(true);
  });

  it('keeps the name of the base model for the base model', () => {
    expect(faultsOf(minimal.replace('name: a', 'name: base'))).toEqual([
      "my.yaml:6: align[0].name: base is the unaligned model's name",
    ]);
  });

  it('refuses two arms of one name and a missing section', () => {
    expect(faultsOf(`${minimal}  - name: a\n`)).toEqual(['my.yaml:6: align: two arms have the same name']);
    expect(faultsOf('name: x\nmodel: m\nalign: [{ name: a }]\n')[0]).toMatch(/^my\.yaml:1: data: /);
  });

  it('gives the line of a YAML fault', () => {
    expect(faultsOf('name: x\nmodel: [a\n')[0]).toMatch(/^my\.yaml:\d+: /);
  });
});

describe('loadRecipe', () => {
  it('says which file cannot be read', async () => {
    await expect(loadRecipe('no/such.yaml')).rejects.toThrow('cannot read the recipe no/such.yaml: ENOENT');
  });
});
