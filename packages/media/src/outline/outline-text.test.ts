import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { outlineText, placeGlyphs, type TextOutline } from './outline-text.js';
import { textRuns } from './text-runs.js';

/** Numbers of a path, in pairs. */
function points({ pathData }: TextOutline): [x: number, y: number][] {
  const numbers = (pathData.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
  return numbers.flatMap((x, at) => (at % 2 === 0 ? [[x, numbers[at + 1]] as [number, number]] : []));
}

/** An SVG that the ink fills, 100 pixels to the font size. */
function svgOf({ pathData, bounds }: TextOutline): { svg: string; width: number; height: number } {
  const box = [bounds.minX, bounds.minY, bounds.maxX - bounds.minX, bounds.maxY - bounds.minY];
  const [width, height] = box.slice(2).map((length) => Math.max(1, Math.ceil(length / 10)));
  const size = `width="${width}" height="${height}" viewBox="${box.join(' ')}" preserveAspectRatio="none"`;
  const path = `<path fill="white" d="${pathData}"/>`;
  return { svg: `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${path}</svg>`, width, height };
}

/** The picture of an outline, one byte a pixel. */
async function drawn(outline: TextOutline): Promise<{ data: Buffer; width: number; height: number }> {
  const { svg, ...size } = svgOf(outline);
  return { data: await sharp(Buffer.from(svg)).flatten().extractChannel(0).raw().toBuffer(), ...size };
}

describe('outlineText', () => {
  it('gives plain path data within its bounds', async () => {
    const outline = await outlineText('Bicycle');
    expect(outline.pathData).toMatch(/^[MLQCZ0-9 .-]+$/);
    for (const [x, y] of points(outline)) {
      // Control points may lie outside the ink, but not by far.
      expect(x).toBeGreaterThan(outline.bounds.minX - 50);
      expect(x).toBeLessThan(outline.bounds.maxX + 50);
      expect(y).toBeGreaterThan(outline.bounds.minY - 50);
      expect(y).toBeLessThan(outline.bounds.maxY + 50);
    }
    expect(outline.bounds.minX).toBeGreaterThan(0);
    expect(outline.bounds.maxX).toBeLessThanOrEqual(outline.advance);
    expect(outline.fonts).toEqual(['noto-sans/latin']);
  });

  it('draws ink up to every edge of its bounds', async () => {
    const { data, width, height } = await drawn(await outlineText('Agy'));
    const row = (y: number) => Math.max(...data.subarray(y * width, (y + 1) * width));
    const column = (x: number) => Math.max(...Array.from({ length: height }, (_, y) => data[y * width + x]));
    for (const edge of [row(0), row(height - 1), column(0), column(width - 1)])
      expect(edge).toBeGreaterThan(60);
  });

  it('is bolder at a higher weight', async () => {
    const ink = async (weight: number) => {
      const { data } = await drawn(await outlineText('weight', { weight }));
      return data.reduce((sum, value) => sum + value, 0);
    };
    const [thin, regular, black] = [await ink(100), await ink(400), await ink(900)];
    expect(regular).toBeGreaterThan(1.4 * thin);
    expect(black).toBeGreaterThan(1.4 * regular);
    await expect(outlineText('x', { weight: 0 })).rejects.toMatchObject({ code: 'SEA_CONFIG' });
  });

  it.each([
    ['Thai', 'ไทย', 'U+0E44'],
    ['hieroglyphs', 'a 𓂀', 'U+13080'],
    ['private use', 'a\ue000', 'U+E000'],
    ['a made-up family of emoji', '👨\u200d🚒\u200d👩', 'U+1F468 U+200D U+1F692 U+200D U+1F469'],
    ['a letter with an odd mark', 'q\u0331\u0308', 'U+0071 U+0331 U+0308'],
  ])('refuses %s and names the character', async (_, text, name) => {
    await expect(outlineText(text)).rejects.toMatchObject({
      code: 'SEA_GLYPH_MISSING',
      message: expect.stringContaining(`(${name})`),
    });
  });

  it.each([
    ['nothing', ''],
    ['only marks and spaces', ' \u200e\u202e\t\u200d '],
    ['half of a surrogate pair', 'a\ud83d'],
    ['far too long a text', 'a'.repeat(20_001)],
  ])('refuses %s', async (_, text) => {
    await expect(outlineText(text)).rejects.toMatchObject({ code: 'SEA_MEDIA' });
  });

  it('leaves control characters out and makes white space one space', async () => {
    const plain = await outlineText('two words');
    expect(await outlineText('\u0000 two\r\n\twords\u200b\u00ad\ufeff ')).toEqual(plain);
    expect(await outlineText('two\u200e\u00a0words')).toEqual(plain);
  });

  it('treats composed and decomposed letters alike', async () => {
    expect(await outlineText('re\u0301sume\u0301')).toEqual(await outlineText('résumé'));
  });

  it('draws mark-up as letters', async () => {
    const outline = await outlineText('"><script>&amp;%{}\\');
    expect(outline.pathData).toMatch(/^[MLQCZ0-9 .-]+$/);
    expect(outline.advance).toBeGreaterThan(5000);
  });

  it('either draws any text or refuses it with a MediaError', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 8 }), async (text) => {
        const result = await outlineText(text).catch((error: unknown) => error);
        if (result instanceof Error)
          expect(result).toHaveProperty('code', expect.stringMatching(/^SEA_(MEDIA|GLYPH_MISSING)$/));
        else expect(result).toHaveProperty('pathData', expect.stringMatching(/^[MLQCZ0-9 .-]*$/));
      }),
      { numRuns: 20, seed: 4 },
    );
  });
});

describe('order of writing', () => {
  /** Code points from left to right. */
  const order = async (text: string) => {
    const { glyphs } = placeGlyphs(await textRuns(text, 400));
    return [...glyphs]
      .sort((a, b) => a.x - b.x)
      .map(({ glyph }) => String.fromCodePoint(...glyph.codePoints))
      .join('');
  };

  // Expected by hand after UAX #9.
  it.each([
    ['letters and numbers from the left', 'ab 12', 'ab 12'],
    ['Hebrew from the right', 'אבג', 'גבא'],
    ['a Latin word within Hebrew', 'אב xy גד', 'דג xy בא'],
    ['a Hebrew word within Latin', 'xy אבג z', 'xy גבא z'],
    ['numbers within Hebrew', 'אב 123', '123 בא'],
    ['brackets mirrored', '(אב)', '(בא)'],
    ['an override', 'a\u202ebcd\u202ce', 'adcbe'],
    ['a mark that makes a stop part of the Hebrew', 'אב!\u200f xy', 'xy !בא'],
  ])('sets %s', async (_, text, expected) => expect(await order(text)).toBe(expected));
});

describe('fonts', () => {
  it('takes Han characters from the font of the language that the rest shows', async () => {
    const fonts = async (text: string) => (await outlineText(text)).fonts.map((name) => name.split('/')[0]);
    expect(new Set(await fonts('直火'))).toEqual(new Set(['noto-sans-sc']));
    expect(new Set(await fonts('直火の'))).toEqual(new Set(['noto-sans-jp']));
    expect(new Set(await fonts('直火로'))).toEqual(new Set(['noto-sans-kr']));
  });
});

describe('system fonts', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sea-outline-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('have no influence: same pixels in a process that finds none', async () => {
    const words = ['Fireworks', 'الألعاب', 'आतिशबाज़ी', '烟花', '🎆'];
    const outlines = await Promise.all(words.map((word) => outlineText(word)));
    const hash = createHash('sha256');
    for (const outline of outlines) hash.update((await drawn(outline)).data);
    const script = join(folder, 'draw.mjs');
    await writeFile(
      script,
      `import { createHash } from 'node:crypto';
      import { createRequire } from 'node:module';
      const sharp = createRequire(${JSON.stringify(import.meta.url)})('sharp');
      const hash = createHash('sha256');
      for (const svg of ${JSON.stringify(outlines.map((outline) => svgOf(outline).svg))})
        hash.update(await sharp(Buffer.from(svg)).flatten().extractChannel(0).raw().toBuffer());
      console.log(hash.digest('hex'));`,
    );
    const env = { ...process.env, FONTCONFIG_FILE: join(folder, 'none.conf'), FONTCONFIG_PATH: folder };
    const said = execFileSync(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    expect(said.toString().trim()).toBe(hash.digest('hex'));
  });
});
