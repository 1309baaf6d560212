import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MediaError } from '@sea-align/core';
import { decodeVideo, encodeVideo, writeWav } from '@sea-align/media';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RawImage } from '../family/media-source.js';
import { temporaryFolder } from '../testing/checkpoint.fixture.js';
import { fileFrames } from './media-frames.js';
import { picture } from './processing.fixture.js';
import { qwen2VLFamily } from './qwen2-vl-family.js';
import { Qwen2VLProcessor } from './qwen2-vl-processor.js';

const temporary = temporaryFolder();
const clip = join(temporary.folder, 'clip.mp4');
let video: Qwen2VLProcessor;
/** All frames of the clip. */
const decoded: RawImage[] = [];

const RATE = 10;
const FRAMES = 34;

beforeAll(async () => {
  async function* frames(): AsyncGenerator<Uint8Array> {
    for (let frame = 0; frame < FRAMES; frame++) yield picture(64, 48, frame * 5).data;
  }
  await encodeVideo(frames(), { width: 64, height: 48, fps: RATE, pixelFormat: 'rgb24' }, clip);
  for await (const frame of decodeVideo(clip)) decoded.push({ ...frame, channels: 3 });
  writeFileSync(
    join(temporary.folder, 'preprocessor_config.json'),
    JSON.stringify({ min_pixels: 28 * 28, max_pixels: 56 * 56, min_frames: 2 }),
  );
  const config = qwen2VLFamily.parseConfig(
    {
      model_type: 'qwen2_vl',
      hidden_size: 16,
      num_attention_heads: 2,
      num_key_value_heads: 1,
      rope_scaling: { type: 'mrope', mrope_section: [1, 1, 2] },
      vision_config: { hidden_size: 16 },
    },
    'config.json',
  );
  video = await Qwen2VLProcessor.load(temporary.folder, config, 'video');
});
afterAll(() => temporary.remove());

describe('a video file', () => {
  it.each([
    // 3.4 s at 2 a second: 6.8 frames, of which an even number.
    [{}, [0, 5, 11, 17, 22, 28]],
    [{ fps: 1 }, [0, 17]],
    [{ fps: 20, maxFrames: 9 }, [0, 4, 8, 12, 17, 21, 25, 29]],
  ])('is sampled: %j', async (options, indices) => {
    expect(decoded).toHaveLength(FRAMES);
    const sampled = await video.preprocess(clip, options);
    const frames = indices.map((index) => decoded[index]);
    const chosen = await video.preprocess({ frames, framesPerSecond: RATE });
    expect(sampled.geometry.key).toBe(`video ${indices.length / 2}x4x4`);
    expect(sampled).toEqual(chosen);
  });

  it('has the same frames when they are counted, as for a container that does not say how many', async () => {
    const sampling = { fps: 2, minFrames: 2, maxFrames: 768, temporalPatchSize: 2 };
    for (const counted of [false, true]) {
      const found = await fileFrames(clip, sampling, { counted });
      expect({ ...found, frames: undefined }).toMatchObject({ count: 6, size: { width: 64, height: 48 } });
      let frames = 0;
      for await (const frame of found.frames())
        expect(frame.data).toEqual(decoded[[0, 5, 11, 17, 22, 28][frames++]].data);
      expect(frames).toBe(6);
    }
  });

  it('is the same as its bytes', async () => {
    expect(await video.preprocess(readFileSync(clip), { fps: 1 })).toEqual(
      await video.preprocess(clip, { fps: 1 }),
    );
    const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('sea-medium-'));
    const before = left();
    await expect(video.preprocess(Buffer.from('no video at all'))).rejects.toThrow(MediaError);
    await expect(video.preprocess(new Uint8Array())).rejects.toThrow('no bytes');
    expect(left().filter((name) => !before.includes(name))).toEqual([]);
  });

  it('stops when it is told to', async () => {
    await expect(video.preprocess(clip, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      /enough/,
    );
  });
});

describe('files that are refused', () => {
  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(temporary.folder, name);
    writeFileSync(path, content);
    return path;
  };

  it('missing, empty, text, cut short', async () => {
    const refused = async (path: string): Promise<void> => {
      await expect(video.preprocess(path)).rejects.toThrow(MediaError);
      await expect(video.preprocess(path)).rejects.toThrow(path.slice(path.lastIndexOf('/') + 1));
    };
    await refused(join(temporary.folder, 'nothing.mp4'));
    await refused(file('empty.mp4', ''));
    await refused(file('text.mp4', 'no video at all\n'.repeat(40)));
    const bytes = readFileSync(clip);
    await refused(file('cut.mp4', bytes.subarray(0, bytes.length / 2)));
  });

  it('sound without pictures', async () => {
    const path = join(temporary.folder, 'sound.wav');
    await writeWav(path, { samples: new Float32Array(8000), sampleRate: 8000 });
    await expect(video.preprocess(path)).rejects.toMatchObject({ code: 'SEA_MEDIA_NO_STREAM' });
  });
});
