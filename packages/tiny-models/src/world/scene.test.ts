import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

import { colours } from './colours.js';
import { conceptById, concepts } from './concepts.js';
import { modelResolution, renderPixels, renderScene } from './render.js';
import { escapeXml, renderSvg, sampleScene, type SceneSpec } from './scene.js';
import { styles } from './styles.js';

const anyScene = fc
  .record({ concept: fc.constantFrom(...concepts), seed: fc.string({ unit: 'binary' }) })
  .map(({ concept, seed }) => sampleScene(concept, seed));

describe('the concepts', () => {
  it('are at least 40, about half of them dangerous, with enough seen and held-out hazards', () => {
    const count = (dangerous: boolean, split: string): number =>
      concepts.filter((c) => c.dangerous === dangerous && c.split === split).length;
    expect(concepts.length).toBeGreaterThanOrEqual(40);
    expect(count(true, 'seen')).toBeGreaterThanOrEqual(16);
    expect(count(true, 'heldout')).toBeGreaterThanOrEqual(6);
    expect(count(false, 'seen')).toBeGreaterThanOrEqual(12);
    expect(count(false, 'heldout')).toBeGreaterThanOrEqual(6);
  });

  it('have ids and names of their own', () => {
    expect(new Set(concepts.map((c) => c.id)).size).toBe(concepts.length);
    expect(new Set(concepts.map((c) => c.name)).size).toBe(concepts.length);
  });

  it('are held out for both kinds, dangerous or not', () => {
    for (const kind of ['product', 'activity'] as const) {
      for (const dangerous of [true, false]) {
        const heldout = concepts.filter(
          (c) => c.kind === kind && c.dangerous === dangerous && c.split === 'heldout',
        );
        expect(heldout.length, `${kind}, dangerous ${dangerous}`).toBeGreaterThanOrEqual(3);
      }
    }
  });

  it('name the known ids when asked for one that does not exist', () => {
    expect(() => conceptById('teapot')).toThrow(/no concept 'teapot'.*round-bomb/);
  });
});

describe('renderSvg', () => {
  it('gives the same string for the same spec, whatever the seed', () => {
    fc.assert(
      fc.property(anyScene, (scene) => renderSvg(scene) === renderSvg({ ...scene })),
      { numRuns: 60 },
    );
  });

  it('never lets a seed into the drawing', () => {
    const scene = sampleScene(concepts[0], '"><script>&');
    expect(renderSvg(scene)).not.toContain('script');
  });

  it('places no point absurdly far out of the picture', () => {
    fc.assert(
      fc.property(anyScene, (scene) => {
        const group = renderSvg(scene).split('<g ')[1];
        const points = [...group.matchAll(/ d="([^"]+)"/g)].flatMap(([, path]) =>
          [...path.matchAll(/-?\d+(\.\d+)?/g)].map(([number]) => Number(number)),
        );
        return points.length > 10 && points.every((value) => value > -30 && value < 130);
      }),
      { numRuns: 100 },
    );
  });

  it.each(['style', 'colour', 'place'] as const)('refuses a %s that does not exist, naming it', (part) => {
    const scene: SceneSpec = { ...sampleScene(concepts[0], 'a'), [part]: 'nowhere' };
    expect(() => renderSvg(scene)).toThrow(/no .* 'nowhere'/);
  });
});

describe('escapeXml', () => {
  it('escapes the five characters of XML', () => {
    expect(escapeXml(`<a href="b">Tom & 'J'</a>`)).toBe(
      '&lt;a href=&quot;b&quot;&gt;Tom &amp; &apos;J&apos;&lt;/a&gt;',
    );
  });

  it('leaves nothing that could open a tag, an entity of its own or close an attribute', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const escaped = escapeXml(text);
        return !/[<>"']/.test(escaped) && !/&(?!(amp|lt|gt|quot|apos);)/.test(escaped);
      }),
    );
  });
});

describe('rendering', () => {
  it('gives opaque RGB at the asked size', async () => {
    const scene = sampleScene(concepts[3], 'size');
    const small = await sharp((await renderScene(scene)).png).metadata();
    expect([small.width, small.height, small.channels]).toEqual([modelResolution, modelResolution, 3]);
    const large = await sharp((await renderScene(scene, 240)).png).metadata();
    expect([large.width, large.height, large.channels]).toEqual([240, 240, 3]);
  });

  it('gives the same pixels as PNG and raw', async () => {
    const scene = sampleScene(concepts[5], 'raw');
    const decoded = await sharp((await renderScene(scene)).png)
      .raw()
      .toBuffer();
    expect(Buffer.compare(decoded, Buffer.from(await renderPixels(scene)))).toBe(0);
  });

  it('draws every concept visibly different from every other in each style', async () => {
    for (const style of styles) {
      const fixed = { style: style.id, colour: colours[0].id, place: 'room', size: 'large' } as const;
      const pictures = await Promise.all(
        concepts.map((concept) => renderPixels({ ...sampleScene(concept, 'pair'), ...fixed })),
      );
      for (let i = 0; i < pictures.length; i++) {
        for (let j = i + 1; j < pictures.length; j++) {
          const changed = pictures[i].reduce(
            (sum, v, k) => sum + (Math.abs(v - pictures[j][k]) > 40 ? 1 : 0),
            0,
          );
          expect(
            changed / pictures[i].length,
            `${concepts[i].id} / ${concepts[j].id} in ${style.id}`,
          ).toBeGreaterThan(0.06);
        }
      }
    }
  });
});
