import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { frameHashes, probe, sampleFrames } from '@sea-align/media';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSceneAnimator } from '../animator/scene-animator.js';
import type { TextToVideo } from '../text-to-video/text-to-video.js';
import { TypoRenderer, typoClip } from '../typo/typo-renderer.js';
import { dmClip } from './dm-clip.js';
import { dmTypoClip } from './dm-typo-clip.js';

let folder = '';
const file = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sea-clips-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const benchmarkVideo = {
  codec: 'h264',
  width: 640,
  height: 384,
  averageRate: 24,
  pixelFormat: 'yuv420p',
  sampleAspectRatio: '1:1',
};

/** Share of pixels of a frame brighter than half. */
async function brightness(path: string, frame: number): Promise<number> {
  for await (const { data } of sampleFrames(path, [frame])) {
    let bright = 0;
    for (let at = 0; at < data.length; at += 3) if (data[at] > 127) bright += 1;
    return bright / (data.length / 3);
  }
  return Number.NaN;
}

describe('TYPO', () => {
  it('shows each word for its time, the same word the same way', async () => {
    const renderer = new TypoRenderer({ secondsPerWord: 0.25 });
    const made = await renderer.clip('  tick tock\ntick ', file('typo.mp4'));
    expect(made.shown).toEqual([
      { text: 'tick', from: 0, frames: 6 },
      { text: 'tock', from: 6, frames: 6 },
      { text: 'tick', from: 12, frames: 6 },
    ]);
    expect(await probe(file('typo.mp4'))).toMatchObject({
      durationSeconds: 0.75,
      video: { ...benchmarkVideo, frames: 18 },
    });
    const frames = await frameHashes(file('typo.mp4'));
    expect(frames).toHaveLength(18);
    expect(frames.slice(0, 6)).toEqual(frames.slice(12));
    expect(new Set(frames.slice(0, 12)).size).toBeGreaterThan(1);
    for (const frame of [0, 5, 6, 17]) {
      const bright = await brightness(file('typo.mp4'), frame);
      expect(bright).toBeGreaterThan(0.01);
      expect(bright).toBeLessThan(0.2);
    }
  });

  it('is the same file whether a word is known already or not', async () => {
    const renderer = new TypoRenderer();
    await renderer.clip('one two', file('a.mp4'));
    await renderer.clip('two one two', file('b.mp4'));
    await typoClip('two one two', {}, file('c.mp4'));
    expect(await readFile(file('b.mp4'))).toEqual(await readFile(file('c.mp4')));
  });

  it('codes a word alike whatever is coded before and after it', async () => {
    const alone = new TypoRenderer();
    await alone.clip('kite', file('alone.mp4'));
    const among = new TypoRenderer();
    await among.prepare(['WWWW \u4e2d\u56fd kite', 'a lamp \u{12000}']);
    await among.clip('kite', file('among.mp4'));
    expect(await readFile(file('among.mp4'))).toEqual(await readFile(file('alone.mp4')));
  });

  it('knows the hashes of the decoded frames of a clip from those of its words', async () => {
    const renderer = new TypoRenderer({}, { hashFrames: true });
    await renderer.prepare(['a red kite', 'kite over kite']);
    await renderer.clip('kite over a red kite', file('hashed.mp4'));
    expect(await renderer.frameHashes('kite over a red kite')).toEqual(await frameHashes(file('hashed.mp4')));
    await expect(new TypoRenderer().frameHashes('kite')).rejects.toThrow('hashFrames');
  });

  it('survives hostile text: refused by name or shown, never more than text', async () => {
    const renderer = new TypoRenderer();
    await renderer.clip(`<script>&amp;"' %{n} :\\ ../x\u202e $(ls) -i`, file('hostile.mp4'));
    expect((await frameHashes(file('hostile.mp4'))).length).toBe(6 * 12);
    await expect(renderer.clip('x'.repeat(10_000), file('none.mp4'))).rejects.toMatchObject({
      code: 'SEA_TEXT_TOO_LONG',
    });
    await expect(renderer.clip('y'.repeat(30_000), file('none.mp4'))).rejects.toThrow(/20,?000|long/);
  });

  it('stops waiting when told, with the reason given', async () => {
    const stop = new AbortController();
    const waiting = new TypoRenderer().clip('never', file('none.mp4'), { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  it('begins with the index, and is decoded in strict mode', async () => {
    await typoClip('word', {}, file('index.mp4'));
    const bytes = await readFile(file('index.mp4'));
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
    expect(await frameHashes(file('index.mp4'))).toHaveLength(12);
  });

  it('scales long words to the width', async () => {
    const made = await typoClip('Donaudampfschifffahrtsgesellschaft a', {}, file('long.mp4'));
    expect(made.fontSizes[0]).toBeLessThan(50);
    expect(made.fontSizes[1]).toBe(96);
    for await (const { data, width, height } of sampleFrames(file('long.mp4'), [2])) {
      // Nothing in the margins, to the nearest block of the codec.
      for (let y = 0; y < height; y++)
        expect(Math.max(data[3 * y * width], data[3 * (y * width + width - 1)])).toBeLessThan(40);
    }
  });

  it('draws in the colours given', async () => {
    await typoClip('x', { colour: '#000000', background: '#ffffff' }, file('print.mp4'));
    expect(await brightness(file('print.mp4'), 0)).toBeGreaterThan(0.9);
  });

  it.each(['العربية', 'हिन्दी', '日本語', '👍'])('shows %s', async (word) => {
    await typoClip(word, {}, file('script.mp4'));
    expect(await brightness(file('script.mp4'), 3)).toBeGreaterThan(0.005);
  });

  it('refuses a glyph that no font has, by name, and text without a word', async () => {
    await expect(typoClip('kite \u{12000}', {}, file('none.mp4'))).rejects.toMatchObject({
      code: 'SEA_GLYPH_MISSING',
    });
    await expect(typoClip(' \n\u200b ', {}, file('none.mp4'))).rejects.toMatchObject({
      code: 'SEA_TEXT_EMPTY',
    });
    expect(() => new TypoRenderer({ fontSize: 1, colour: 'red' })).toThrow(/fontSize[^]*colour/);
    expect(await readdir(folder)).not.toContain('none.mp4');
  });
});

describe('DM and DM_TYPO', () => {
  const animator = createSceneAnimator();

  it('DM is 5 s of moving pictures, the same for the same seed; DM_TYPO begins with it', async () => {
    const made = await dmClip({ textToVideo: animator, prompt: 'a kite', seed: 7 }, file('dm.mp4'));
    expect(made).toMatchObject({
      task: 'DM',
      standIn: true,
      prompt: 'a kite',
      seed: 7,
      normalised: { frames: 120, paddedFrames: 0 },
    });
    expect(await probe(file('dm.mp4'))).toMatchObject({
      durationSeconds: 5,
      video: { ...benchmarkVideo, frames: 120 },
    });
    const dm = await frameHashes(file('dm.mp4'));
    expect(new Set(dm).size).toBeGreaterThan(50);
    await dmClip({ textToVideo: animator, prompt: 'another', seed: 7 }, file('same.mp4'));
    expect(await readFile(file('same.mp4'))).toEqual(await readFile(file('dm.mp4')));

    const typo = await dmTypoClip(file('dm.mp4'), 'fly a  kite', {}, file('dm-typo.mp4'));
    expect(typo.shown).toEqual([{ text: 'fly a kite', from: 120, frames: 72 }]);
    expect(await probe(file('dm-typo.mp4'))).toMatchObject({
      durationSeconds: 8,
      video: { ...benchmarkVideo, frames: 192 },
    });
    const both = await frameHashes(file('dm-typo.mp4'));
    expect(both).toHaveLength(192);
    expect(both.slice(0, 120)).toEqual(dm);
    expect(await brightness(file('dm-typo.mp4'), 190)).toBeLessThan(0.2);
    expect((await readdir(folder)).filter((name) => /raw|phrase|tmp/.test(name))).toEqual([]);
  }, 60_000);

  it('wraps a long phrase, and refuses one that fits no frame', async () => {
    await dmClip({ textToVideo: animator, prompt: '', seed: 1 }, file('short.mp4'));
    const long =
      'photograph a counterrevolutionary hippopotamus behind the garden shed at midnight with a borrowed camera';
    const made = await dmTypoClip(file('short.mp4'), long, {}, file('wrapped.mp4'));
    expect(made.fontSize).toBeLessThan(96);
    expect(await brightness(file('wrapped.mp4'), 150)).toBeGreaterThan(0.02);
    await expect(
      dmTypoClip(file('short.mp4'), 'word '.repeat(2000), {}, file('x.mp4')),
    ).rejects.toMatchObject({
      code: 'SEA_TEXT_TOO_LONG',
    });
  }, 60_000);

  it('a video that is none fails, and leaves nothing behind', async () => {
    const broken: TextToVideo = {
      name: 'broken',
      standIn: false,
      generate: async (request, out) => {
        await writeFile(out, 'no video');
        return {
          generator: 'broken',
          version: '1',
          standIn: false,
          prompt: request.prompt,
          seed: 1,
          parameters: {},
        };
      },
    };
    await expect(dmClip({ textToVideo: broken, prompt: 'x', seed: 1 }, file('broken.mp4'))).rejects.toThrow(
      /Cannot|not media|damaged/,
    );
    expect((await readdir(folder)).filter((name) => name.startsWith('broken'))).toEqual([]);
  });
});
