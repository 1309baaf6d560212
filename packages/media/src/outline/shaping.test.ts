import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { placeGlyphs } from './outline-text.js';
import { textRuns } from './text-runs.js';

const fixture = z
  .object({
    weight: z.number(),
    cases: z.array(
      z.object({
        file: z.string(),
        text: z.string(),
        glyphs: z.array(z.number()),
        places: z.array(z.tuple([z.number(), z.number()])),
        advance: z.number(),
        unitsPerEm: z.number(),
      }),
    ),
  })
  .parse(JSON.parse(await readFile(new URL('../../fixtures/shaping.json', import.meta.url), 'utf8')));

describe('shaping', () => {
  it('has words of every script', () => expect(fixture.cases).toHaveLength(43));

  it.each(fixture.cases)('$file: $text comes out as HarfBuzz shapes it', async (expected) => {
    const runs = await textRuns(expected.text, fixture.weight);
    expect(runs.map(({ file }) => `${file.family}/${file.name}`)).toEqual([expected.file]);
    const { glyphs, advance } = placeGlyphs(runs);
    const scale = 1000 / expected.unitsPerEm;
    // Invisible glyphs of joiners are nobody's business.
    const seen = glyphs.filter(({ glyph }) => glyph.path.commands.length > 0);
    const wanted = expected.glyphs.flatMap((id, at) => {
      const drawn = runs[0].font.getGlyph(id).path.commands.length > 0;
      return drawn ? [{ id, x: expected.places[at][0] * scale, y: expected.places[at][1] * scale }] : [];
    });
    // Marks on one letter may come in another order; where they stand counts.
    seen.sort((a, b) => a.glyph.id - b.glyph.id || a.x - b.x);
    wanted.sort((a, b) => a.id - b.id || a.x - b.x);
    expect(seen.map(({ glyph }) => glyph.id)).toEqual(wanted.map(({ id }) => id));
    // HarfBuzz rounds every advance of a variable font to whole units.
    const slack = 0.5 * (expected.glyphs.length + 1);
    seen.forEach((glyph, at) => {
      expect(Math.abs(glyph.x - wanted[at].x)).toBeLessThanOrEqual(slack);
      expect(Math.abs(glyph.y - wanted[at].y)).toBeLessThanOrEqual(1);
    });
    expect(Math.abs(advance - expected.advance * scale)).toBeLessThanOrEqual(slack);
  });
});
