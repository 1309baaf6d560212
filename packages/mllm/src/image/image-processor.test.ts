import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MediaError } from '@sea-align/core';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { fixtures, temporaryFolder } from '../testing/checkpoint.fixture.js';
import { preprocessImage } from './image-processor.js';
import { pillowResize, type RgbImage } from './pillow-resize.js';
import { readPreprocessorConfig } from './preprocessor-config.js';
import { readImage } from './read-image.js';

interface Reference {
  configs: Record<string, object>;
  results: { config: string; width: number; height: number; sum: number; values: number[] }[];
}

const reference = JSON.parse(readFileSync(join(fixtures, 'image-reference.json'), 'utf8')) as Reference;
const temporary = temporaryFolder();
afterAll(() => temporary.remove());

function configOf(raw: object) {
  writeFileSync(join(temporary.folder, 'preprocessor_config.json'), JSON.stringify(raw));
  return readPreprocessorConfig(temporary.folder, 12);
}

/** The same picture as in tools/reference/make_image_reference.py. */
function picture(width: number, height: number): RgbImage {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const channel = at % 3;
    const x = Math.floor(at / 3) % width;
    const y = Math.floor(at / 3 / width);
    return (x * 37 + y * 91 + channel * 53 + ((x * y) % 17) * 11) % 256;
  });
  return { data, width, height };
}

describe('preprocessImage equals CLIPImageProcessor', () => {
  it('has reference results for nine configs and four sizes', () => {
    expect(reference.results).toHaveLength(36);
  });

  it.each(reference.results)('$config, $width x $height', async ({ config, width, height, sum, values }) => {
    const { data } = preprocessImage(await configOf(reference.configs[config]), picture(width, height));
    expect(data).toHaveLength(3 * 12 * 12);
    values.forEach((value, at) => expect(data[at * 7]).toBeCloseTo(value, 5));
    expect(data.reduce((total, value) => total + value, 0)).toBeCloseTo(sum, 2);
  });

  it('LLaVA’s padding puts the picture in the middle of a square of the mean colour', async () => {
    const config = await configOf({
      do_pad: true,
      do_resize: false,
      do_center_crop: false,
      do_normalize: false,
    });
    const { data, width, height } = preprocessImage(config, { data: new Uint8Array(6), width: 1, height: 2 });
    expect([width, height]).toEqual([2, 2]);
    // Mean colour 0.48145466 * 255, cut to 122.
    expect([...data.subarray(0, 4)]).toEqual(
      [0, 122 / 255, 0, 122 / 255].map((value) => expect.closeTo(value, 6)),
    );
  });
});

describe('preprocessor_config.json', () => {
  it('lists every fault', async () => {
    await expect(configOf({ resample: 9, image_mean: [1], size: {} })).rejects.toThrow(
      /preprocessor_config\.json[\s\S]*size[\s\S]*resample[\s\S]*image_mean/,
    );
  });

  it('defaults to CLIP at the tower’s size', async () => {
    const { folder, remove } = temporaryFolder();
    expect(await readPreprocessorConfig(folder, 56)).toMatchObject({
      resize: { shortestEdge: 56 },
      crop: { width: 56, height: 56 },
      filter: 'bicubic',
    });
    remove();
  });
});

describe('pillowResize', () => {
  it('leaves an image of the target size alone', () => {
    const image = picture(6, 4);
    expect(pillowResize(image, 6, 4, 'bicubic')).toBe(image);
  });

  it('keeps a plain colour', () => {
    const grey = { data: new Uint8Array(5 * 5 * 3).fill(77), width: 5, height: 5 };
    for (const filter of ['bicubic', 'lanczos', 'bilinear', 'box', 'hamming'] as const) {
      expect(pillowResize(grey, 13, 3, filter).data.every((value) => value === 77)).toBe(true);
    }
  });
});

describe('a window of pillowResize', () => {
  const side = fc.integer({ min: 1, max: 24 });
  const filter = fc.constantFrom('bicubic', 'lanczos', 'bilinear', 'box', 'hamming', 'nearest');

  it('has the pixels that the whole result has there', () => {
    fc.assert(
      fc.property(
        fc.record({ width: side, height: side, toWidth: side, toHeight: side, filter }),
        fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()),
        ({ width, height, toWidth, toHeight, filter }, [a, b, c, d]) => {
          const [left, top] = [a % toWidth, b % toHeight];
          const window = { left, top, width: 1 + (c % (toWidth - left)), height: 1 + (d % (toHeight - top)) };
          const whole = pillowResize(picture(width, height), toWidth, toHeight, filter);
          const part = pillowResize(picture(width, height), toWidth, toHeight, filter, window);
          expect([part.width, part.height]).toEqual([window.width, window.height]);
          for (let y = 0; y < window.height; y++) {
            const from = ((top + y) * toWidth + left) * 3;
            const row = part.data.subarray(y * window.width * 3, (y + 1) * window.width * 3);
            expect(row).toEqual(whole.data.subarray(from, from + window.width * 3));
          }
        },
      ),
    );
  });
});

describe('a picture of 20,000 pixels a side', () => {
  const line = picture(20_000, 1);

  it('is cropped before the other columns are made: they would take 6.8 GB', async () => {
    const config = await configOf({ size: { shortest_edge: 336 }, crop_size: { width: 336, height: 336 } });
    const { data, width, height } = preprocessImage(config, line);
    expect([width, height]).toEqual([336, 336]);
    // Column 3,360,000 of 6,720,000 lies at pixel 10,000 of the line.
    const middle = data[168] * 0.26862954 + 0.48145466;
    const near = [9_998, 9_999, 10_000, 10_001].map((x) => line.data[x * 3] / 255);
    expect(middle).toBeGreaterThanOrEqual(Math.min(...near) - 0.3);
    expect(middle).toBeLessThanOrEqual(Math.max(...near) + 0.3);
  });

  it('is not padded to a square of 400 million pixels', async () => {
    const config = await configOf({ do_pad: true });
    expect(() => preprocessImage(config, line)).toThrow(/20000 x 20000/);
  });
});

describe('readImage', () => {
  const raw = Buffer.from(picture(4, 3).data);
  const png = () => sharp(raw, { raw: { width: 4, height: 3, channels: 3 } }).png();

  it('decodes files and bytes alike, and drops alpha', async () => {
    const path = join(temporary.folder, 'picture.png');
    await png().toFile(path);
    expect([...(await readImage(path)).data]).toEqual([...raw]);
    const translucent = await png().ensureAlpha(0.5).png().toBuffer();
    expect([...(await readImage(translucent)).data]).toEqual([...raw]);
  });

  it('repeats grey', async () => {
    const data = Uint8Array.of(1, 200);
    expect([...(await readImage({ data, width: 2, height: 1, channels: 1 })).data]).toEqual([
      1, 1, 1, 200, 200, 200,
    ]);
  });

  it('names what cannot be read', async () => {
    const missing = await readImage('/nowhere/picture.png').catch((error: unknown) => error);
    expect(MediaError.isInstance(missing)).toBe(true);
    await expect(readImage(new Uint8Array([1, 2, 3]))).rejects.toThrow(/image of 3 bytes/);
    await expect(readImage({ data: new Uint8Array(5), width: 2, height: 1, channels: 3 })).rejects.toThrow(
      /5 bytes/,
    );
  });

  it('says of a file that is empty, no file, or cut short what is wrong', async () => {
    const path = (name: string) => join(temporary.folder, name);
    writeFileSync(path('empty.png'), '');
    await expect(readImage(path('empty.png'))).rejects.toThrow(/empty\.png.*0 bytes/);
    await expect(readImage(temporary.folder)).rejects.toThrow(/not a file/);
    for (const format of ['png', 'jpeg', 'webp'] as const) {
      const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
      const create = { width: 64, height: 64, channels: 3, background: 'red', noise } as const;
      const whole = await sharp({ create }).toFormat(format).toBuffer();
      writeFileSync(path(`cut.${format}`), whole.subarray(0, whole.length / 2));
      await expect(readImage(path(`cut.${format}`)), format).rejects.toThrow(MediaError);
    }
  });

  it('refuses more pixels than memory should hold, before it decodes them', async () => {
    const large = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="20000" height="20000"/>');
    await expect(readImage(large)).rejects.toMatchObject({
      code: 'SEA_MEDIA_TOO_LARGE',
      message: expect.stringContaining('268 million pixels'),
    });
  });
});
