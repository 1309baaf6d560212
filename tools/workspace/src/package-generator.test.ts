import { readdirSync, readFileSync } from 'node:fs';
import { createTree } from '@nx/devkit/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { floors } from '../floors.mjs';
import packageGenerator from './package-generator.js';
import { configurationFiles, pattern } from './package-files.js';

const root = new URL('../../../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');
type Manifest = Record<string, unknown> & { scripts: Record<string, string> };

describe('a new package', () => {
  let tree: ReturnType<typeof createTree>;
  const make = (name: string, layer: string, description?: string) =>
    packageGenerator(tree, { name, layer, description, install: false });

  beforeEach(() => {
    tree = createTree();
    for (const file of ['package.json', ...configurationFiles]) {
      tree.write(`${pattern}/${file}`, read(`${pattern}/${file}`));
    }
  });

  it.each([
    ['methods', 'methods'],
    ['method', 'methods'],
    ['embedded-model', 'embedded-models'],
    ['media', 'media'],
    ['core', 'core'],
  ])('--layer %s: the tag layer:%s', async (layer, tag) => {
    await make('kite', layer);
    const manifest = JSON.parse(tree.read('packages/kite/package.json', 'utf8') as string) as Manifest;
    expect(Object.keys(floors)).toContain(tag);
    expect(manifest).toMatchObject({
      name: '@sea-align/kite',
      version: '0.1.0',
      nx: { tags: [`layer:${tag}`] },
    });
  });

  it('has the manifest of its pattern but what is the pattern’s own', async () => {
    await make('fly-kite', 'method', 'How paper kites fly.');
    const manifest = JSON.parse(tree.read('packages/fly-kite/package.json', 'utf8') as string) as Manifest;
    const {
      keywords: _k,
      dependencies: _d,
      ...of
    } = JSON.parse(read('packages/core/package.json')) as Manifest;
    const own = { name: '@sea-align/fly-kite', version: '0.1.0', description: 'How paper kites fly' };
    expect(manifest).toEqual({
      ...of,
      ...own,
      keywords: ['ai-safety', 'sea-align', 'fly', 'kite'],
      nx: { tags: ['layer:methods'] },
    });
  });

  it.each([
    ['Kite', 'method', 'name "Kite"'],
    ['../kite', 'method', 'name "../kite"'],
    ['kite-', 'method', 'name "kite-"'],
    ['@sea-align/kite', 'method', 'name "@sea-align/kite"'],
    ['', 'method', 'name ""'],
    ['k'.repeat(61), 'method', 'at most 60'],
    ['core', 'method', 'there is a project of that name'],
    ['dist', 'method', 'folders of that name are passed over'],
    ['kite', 'apps', 'layer "apps": one of core, engine, media, models, embedded-models, methods'],
    ['kite', 'roof', 'layer "roof"'],
  ])('%j on floor %j is refused, and nothing is written', async (name, layer, says) => {
    const before = tree.listChanges().length;
    await expect(make(name, layer)).rejects.toThrow(says);
    expect(tree.listChanges()).toHaveLength(before);
  });

  it('a description that says nothing is refused', async () => {
    await expect(make('kite', 'method', 'Kites.')).rejects.toThrow('description "Kites": at least 16');
  });

  it('every fault is named at once', async () => {
    await expect(make('Kite', 'roof', 'two\nlines')).rejects.toThrow(/name[^]*layer[^]*description/);
  });
});

describe('the packages that there are', () => {
  const packages = readdirSync(new URL('packages', root)).sort();
  const manifests = packages.map((name) => JSON.parse(read(`packages/${name}/package.json`)) as Manifest);
  const [of] = manifests.filter(({ name }) => name === '@sea-align/core');

  it('have the engines, licence, exports and targets of the pattern', () => {
    expect(packages.length).toBeGreaterThan(11);
    for (const manifest of manifests) {
      for (const field of ['license', 'type', 'engines']) expect(manifest[field]).toEqual(of[field]);
      for (const target of ['build', 'lint', 'prepublishOnly']) {
        expect(manifest.scripts[target], `${String(manifest.name)} ${target}`).toBe(of.scripts[target]);
      }
    }
  });

  it('offer their index and their manifest, and nothing else', () => {
    for (const { name, exports } of manifests) expect(exports, String(name)).toEqual(of.exports);
  });
});
