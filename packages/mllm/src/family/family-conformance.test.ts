import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Graph } from '@sea-align/compute';
import { ConfigError } from '@sea-align/core';
import { describe, expect, it } from 'vitest';
import { FrozenParameters } from '../layers/parameter-source.js';
import { fixtures } from '../testing/checkpoint.fixture.js';
import { builtInFamilies } from './built-in-families.js';
import type { Family, WeightRole } from './family.js';

/** The committed checkpoint folders, each made by transformers. */
const folders = readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
  .filter(
    (name) =>
      name.endsWith('config.json') && !/(generation|tokenizer|processor)_config|preprocessor/.test(name),
  )
  .map((name) => join(fixtures, dirname(name)));

const rawConfig = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as { model_type: string };
const foldersOf = ({ modelTypes }: Family): string[] =>
  folders.filter((folder) => modelTypes.includes(rawConfig(folder).model_type));

// Every built-in family is examined here; a new one needs a checkpoint of its own among the fixtures. That it computes what
// the published model computes is for `../golden/verify-golden.test.ts` and the tests beside the family.
describe.each(builtInFamilies.map((family) => [family.name, family] as const))(
  '%s is a Family',
  (name, family) => {
    const [folder] = foldersOf(family);

    it('has a name of its own, model types of its own, and a committed checkpoint', () => {
      const others = builtInFamilies.filter((other) => other !== family);
      expect(others.map((other) => other.name)).not.toContain(name);
      expect(
        others.flatMap(({ modelTypes }) => modelTypes).filter((type) => family.modelTypes.includes(type)),
      ).toEqual([]);
      expect(family.modalities.length).toBeGreaterThan(0);
      expect(family.supported).toContain(family.modelTypes[0]);
      expect(foldersOf(family).length).toBeGreaterThan(0);
    });

    it('expects tensors of all three roles, under names of its own', () => {
      const config = family.parseConfig(rawConfig(folder), join(folder, 'config.json'));
      const { required, optional } = family.expectedTensors(config);
      const names = [...required.keys(), ...optional.keys()];
      const roles = new Set(names.map((weight): WeightRole => family.weightRole(weight)));
      expect([...roles].sort()).toEqual(['encoder', 'language', 'projector']);
      expect(new Set(names).size).toBe(names.length);
      for (const weight of names) expect(family.weightName(weight)).toBe(weight);
      for (const shape of required.values()) expect(shape.every((size) => size > 0)).toBe(true);
    });

    it('refuses a config that is not one, and a geometry key that nobody has', () => {
      const config = family.parseConfig(rawConfig(folder), 'config.json');
      expect(() =>
        family.parseConfig({ model_type: family.modelTypes[0], text_config: 3 }, 'x.json'),
      ).toThrow();
      expect(() => family.geometry(config, 'kite')).toThrow(ConfigError);
    });

    it.each(family.modalities)(
      '%s: a blank medium has a geometry that its key gives back, and graphs of its size',
      async (modality) => {
        const config = family.parseConfig(rawConfig(folder), join(folder, 'config.json'));
        const processor = await family.loadProcessor(folder, config, modality);
        const { geometry, features } = await processor.blank();
        expect(geometry).toEqual(processor.blankGeometry);
        expect(family.geometry(config, geometry.key)).toEqual(geometry);
        expect(geometry.modality).toBe(modality);
        expect(geometry.placeholderId).toBe(family.promptPlaceholder(config, modality).id);

        const graph = new Graph();
        const source = new FrozenParameters(graph);
        const encoded = family.buildEncoder(graph, config, source, geometry, 2);
        expect(encoded.shape).toEqual([2, geometry.rows, geometry.width]);
        const projected = family.buildProjector(graph, config, source, geometry, encoded);
        expect(projected.shape).toEqual([2 * geometry.tokens, config.text.hiddenSize]);
        expect(Object.keys(features).length).toBeGreaterThan(0);
      },
    );
  },
);
