import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Embedding } from '../family/medium-geometry.js';
import { rowPositions } from '../merge/row-positions.js';
import { qwen2VLFixtures, readProcessingFixture } from './processing.fixture.js';
import { qwen2VLFamily } from './qwen2-vl-family.js';

const reference = readProcessingFixture();
const path = join(qwen2VLFixtures, 'small', 'config.json');
const config = qwen2VLFamily.parseConfig(JSON.parse(readFileSync(path, 'utf8')), path);

describe('positions', () => {
  it.each(reference.rope)(
    'of $name are those of get_rope_index',
    ({ ids, mask, images, videos, positions, deltas }) => {
      // HF's ids of the script; grids are in patches, merged 2 x 2.
      const [IMAGE, VIDEO] = [5, 6];
      const keys = {
        [IMAGE]: images.map(([, h, w]) => `image ${h}x${w}`),
        [VIDEO]: videos.map((grid) => `video ${grid.join('x')}`),
      };
      const length = ids[0].length;
      ids.forEach((row, at) => {
        const first = mask[at].indexOf(1);
        const own = row.filter((_, place) => mask[at][place] === 1);
        const embedding: Embedding[] = [];
        for (let place = 0; place < own.length;) {
          const key = keys[own[place]]?.shift();
          if (key === undefined) {
            place++;
            continue;
          }
          const geometry = qwen2VLFamily.geometry(config, key);
          embedding.push({ values: new Float32Array(0), geometry });
          place += geometry.tokens;
        }
        const found = rowPositions(config.text, { ids: own, embedding });
        found.axes.forEach((axis, index) => {
          expect(Array.from(axis)).toEqual(positions[index][at].slice(first, first + own.length));
        });
        expect(found.next - length).toBe(deltas[at]);
      });
    },
  );

  it('a geometry follows from its key', () => {
    const image = qwen2VLFamily.geometry(config, 'image 4x6');
    expect(image).toEqual({
      key: 'image 4x6',
      modality: 'image',
      rows: 24,
      width: 16,
      tokens: 6,
      placeholderId: 5,
      positions: [
        [0, 0, 0, 0, 0, 0],
        [0, 0, 0, 1, 1, 1],
        [0, 1, 2, 0, 1, 2],
      ],
      span: 3,
    });
    expect(qwen2VLFamily.geometry(config, 'video 5x2x4')).toMatchObject({
      rows: 40,
      tokens: 10,
      span: 5,
      placeholderId: 6,
    });
    for (const key of [
      'image',
      'image 4x5',
      'image 0x2',
      'video 4x4',
      'audio 3',
      'image 2x4 ',
      'image 1x2x2',
    ]) {
      expect(() => qwen2VLFamily.geometry(config, key)).toThrow(`"${key}" is no medium of Qwen2-VL`);
    }
  });
});
