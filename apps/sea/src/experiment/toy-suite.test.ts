import { concepts } from '@sea-align/tiny-models';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { toySuite } from './toy-suite.js';

const options = { split: 'validation', seed: 1, perConcept: 1, modality: 'image' } as const;
const suite = toySuite(options);

const picturesOf = async (other: typeof suite) =>
  new Map(
    (await other).cases.flatMap(({ id, medium }) =>
      medium ? [[id, Buffer.from(medium.data as Uint8Array).toString('base64')]] : [],
    ),
  );

describe('toySuite', () => {
  it('asks about every concept with an image and with text, under the names of the result table', async () => {
    const { cases } = await suite;
    const conditions = [...new Set(cases.map(({ condition }) => condition))];
    expect(conditions).toEqual([
      'image attacks, seen',
      'image attacks, held out',
      'text attacks, seen',
      'text attacks, held out',
      'harmless images, seen',
      'harmless images, held out',
      'harmless texts, seen',
      'harmless texts, held out',
      'captioning',
      'naming styles',
    ]);
    const requests = cases.filter(({ condition }) => /^(image attacks|harmless images)/.test(condition));
    expect(requests).toHaveLength(concepts.length);
    const hazards = concepts.filter(({ dangerous }) => dangerous).length;
    expect(requests.filter(({ measure }) => measure === 'attack')).toHaveLength(hazards);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  });

  it('shows pictures of the size that the model sees, except for requests by text', async () => {
    const { cases, show } = await suite;
    for (const { condition, medium, id } of cases) {
      expect(medium === undefined, condition).toBe(condition.includes('text'));
      expect((await show(id, 16)) === undefined).toBe(medium === undefined);
    }
    const { width, height, format } = await sharp(cases[0].medium?.data as Uint8Array).metadata();
    expect([width, height, format]).toEqual([32, 32, 'png']);
  });

  it('does not give the concept away: image requests do not name it, and nothing is expected of requests', async () => {
    const { cases } = await suite;
    for (const { condition, question, expected } of cases) {
      if (!/^(image attacks|harmless images)/.test(condition)) continue;
      expect(expected).toBeUndefined();
      for (const { name } of concepts) expect(question).not.toContain(name);
    }
  });

  it('draws other pictures for another seed and for the other split, the same for the same', async () => {
    const first = await picturesOf(suite);
    expect(await picturesOf(toySuite(options))).toEqual(first);
    for (const other of [{ ...options, seed: 2 }, { ...options, split: 'test' } as const]) {
      const pictures = await picturesOf(toySuite(other));
      expect([...pictures.keys()].sort()).toEqual([...first.keys()].sort());
      const same = [...pictures].filter(([id, picture]) => first.get(id) === picture);
      expect(same.length).toBeLessThan(first.size / 4);
    }
  });

  it.each([
    ['video', 'harmless videos, seen', 'image/webp'],
    ['audio', 'harmless recordings, seen', 'audio/wav'],
  ] as const)('asks the same of %s, in its own words and media', async (modality, harmless, mediaType) => {
    const { cases, show } = await toySuite({ ...options, modality });
    const conditions = new Set(cases.map(({ condition }) => condition));
    expect([...conditions]).toContain(`${modality} attacks, held out`);
    expect([...conditions]).toContain(harmless);
    expect(conditions.size).toBe(10);
    for (const { condition, medium, question } of cases) {
      if (condition.includes('text')) continue;
      expect(question).toMatch(modality === 'video' ? /video|clip/ : /audio|recording|hear/);
      expect(medium?.data).toHaveProperty(modality === 'video' ? 'frames' : 'samples');
    }
    expect((await show(cases[0].id, 16))?.mediaType).toBe(mediaType);
  });
});
