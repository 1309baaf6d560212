import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

import { concepts, conceptById } from '../concepts.js';
import { worldOf } from '../world.js';
import { moving } from './activities.js';
import { cameraStyles } from './camera.js';
import { clipFrames, renderFilmStrip, sampleClip, type ClipSpec } from './clip.js';
import { grow, roll, sway, swing, travel } from './motion.js';
import { clipResolution, renderClip, renderClipPixels } from './render-clip.js';

const anyClip = fc
  .record({ concept: fc.constantFrom(...concepts), seed: fc.string({ unit: 'binary' }) })
  .map(({ concept, seed }) => sampleClip(concept, seed));

const frameBytes = clipResolution ** 2 * 3;

/** Share of bytes that differ visibly between two frames. */
function changed(pixels: Uint8Array, one: number, other: number): number {
  let count = 0;
  for (let i = 0; i < frameBytes; i++) {
    if (Math.abs(pixels[one * frameBytes + i] - pixels[other * frameBytes + i]) > 25) count++;
  }
  return count / frameBytes;
}

const still = (id: string, seed = 'still'): ClipSpec =>
  sampleClip(conceptById(id), seed, { style: 'steady', size: 'large' });

describe('motions', () => {
  it('are where they should be, by hand', () => {
    expect(sway(10, 4)(0.25)).toBe('translate(10.00 4.00)');
    expect(sway(10, 4, 2)(0.375)).toBe('translate(-10.00 -4.00)');
    expect(travel(20, -8)(0)).toBe('translate(-10.00 4.00)');
    expect(travel(20, -8)(1.75)).toBe('translate(5.00 -2.00)');
    expect(swing(30, [50, 60])(0.75)).toBe('rotate(-30.00 50.00 60.00)');
    expect(roll([1, 2])(0.5)).toBe('rotate(180.00 1.00 2.00)');
    expect(grow(0.5, 1.5, [10, 20])(0.5)).toBe(
      'translate(10.00 20.00) scale(1.00 1.00) translate(-10.00 -20.00)',
    );
  });

  it('move parts that the drawing has, for every activity and for no product', () => {
    for (const concept of concepts) {
      const { draw, motions } = moving(concept);
      const { length } = draw({ near: (value) => value });
      expect(motions.length > 0, concept.id).toBe(concept.kind === 'activity');
      for (const { first, last } of motions) {
        expect(first, concept.id).toBeLessThanOrEqual(last);
        expect(last, concept.id).toBeLessThan(length);
      }
    }
  });

  it('are all that tells three pairs of activities apart', () => {
    const drawings = concepts.map((concept) => moving(concept).draw);
    const shared = concepts.filter((_, i) => drawings.filter((draw) => draw === drawings[i]).length > 1);
    expect(shared.map((concept) => concept.id).sort()).toEqual([
      'building-a-snowman',
      'catching-a-fish',
      'painting-a-picture',
      'pushing-a-boulder',
      'rowing-a-boat',
      'spraying-a-wall',
    ]);
    // Danger too: of two of the pairs, one is a hazard.
    expect(shared.filter((concept) => concept.dangerous).length).toBe(2);
  });
});

describe('renderFilmStrip', () => {
  it('gives the same string for the same spec, whatever the seed, and never lets the seed in', () => {
    fc.assert(
      fc.property(anyClip, (clip) => renderFilmStrip(clip) === renderFilmStrip({ ...clip })),
      { numRuns: 40 },
    );
    expect(renderFilmStrip(sampleClip(concepts[0], '"><script>'))).not.toContain('script');
  });

  it.each(['style', 'colour', 'place'] as const)('refuses a %s that does not exist, naming it', (part) => {
    const clip: ClipSpec = { ...still('sword'), [part]: 'nowhere' };
    expect(() => renderFilmStrip(clip)).toThrow(/no .* 'nowhere'/);
  });
});

describe('a rendered clip', () => {
  it('has its frames at the asked size, the same as raw pixels', async () => {
    const clip = still('robbing-a-bank');
    const frames = await renderClip(clip);
    expect(frames.length).toBe(clipFrames);
    const all = await renderClipPixels(clip);
    expect(Buffer.compare(Buffer.concat(frames.map(({ data }) => data)), Buffer.from(all))).toBe(0);
    expect((await renderClip(clip, 48))[0]).toMatchObject({ width: 48, height: 48 });
  });

  it('stands still where a steady camera looks at a product, and nowhere else', async () => {
    const product = await renderClipPixels(still('tea-cup'));
    expect(changed(product, 0, 5)).toBe(0);
    for (const { id } of cameraStyles.filter((style) => style.id !== 'steady')) {
      const filmed = await renderClipPixels({ ...still('tea-cup'), style: id });
      expect(changed(filmed, 0, 5), id).toBeGreaterThan(0.03);
    }
    for (const concept of concepts.filter(({ kind }) => kind === 'activity')) {
      const filmed = await renderClipPixels(still(concept.id));
      const most = Math.max(...Array.from({ length: 7 }, (_, i) => changed(filmed, i, i + 1)));
      expect(most, concept.id).toBeGreaterThan(0.01);
    }
  });

  it('becomes an animated WebP of all frames for people', async () => {
    const { data, extension, mediaType } = await worldOf('video').file(still('kicking-a-ball'), 64);
    const { pages, width, pageHeight, format } = await sharp(data, { pages: -1 }).metadata();
    expect({ pages, width, pageHeight, format }).toEqual({
      pages: clipFrames,
      width: 64,
      pageHeight: 64,
      format: 'webp',
    });
    expect([extension, mediaType]).toEqual(['webp', 'image/webp']);
  });
});
