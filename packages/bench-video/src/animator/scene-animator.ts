import { encodeVideo, type ToolOptions } from '@sea-align/media';
import sharp from 'sharp';
import type { TextToVideo } from '../text-to-video/text-to-video.js';
import { animatedScene } from './animated-scene.js';

const version = '1';
/** Seconds for a clip on one core (measured on 2 cores). */
const secondsPerClip = 1.5;

/**
 * The offline stand-in for a text-to-video model: a drawn scene that moves, other for every seed. It shows nothing of its prompt,
 * and says in its name, provenance and `standIn` that it is no diffusion model.
 */
export function createSceneAnimator({ tools }: Pick<ToolOptions, 'tools'> = {}): TextToVideo {
  const name = 'scene animator (offline stand-in, not a diffusion model)';
  return {
    name,
    standIn: true,
    estimate: (clips) => ({
      clips,
      calls: 0,
      seconds: clips * secondsPerClip,
      note: 'Drawn on this machine: a stand-in, not a text-to-video model.',
    }),
    generate: async ({ prompt, width, height, fps, numFrames, seed, signal }, out) => {
      const scene = animatedScene(seed, { width, height });
      // Each picture stands for two frames: drawing is what takes the time.
      const hold = numFrames % 2 === 0 ? 2 : 1;
      const count = numFrames / hold;
      const pictures = async function* () {
        for (let at = 0; at < count; at++) yield draw(scene.svgAt(count === 1 ? 0 : at / (count - 1)));
      };
      const coding = {
        width,
        height,
        fps,
        hold,
        pixelFormat: 'rgb24',
        tune: 'animation',
        crf: 18,
        tools,
        signal,
      } as const;
      await encodeVideo(pictures(), coding, out);
      return {
        generator: name,
        version,
        standIn: true,
        prompt,
        seed,
        parameters: { width, height, fps, numFrames, drawing: 'SVG by sharp' },
      };
    },
  };
}

async function draw(svg: string): Promise<Uint8Array> {
  return sharp(Buffer.from(svg), { density: 72 }).removeAlpha().toColourspace('srgb').raw().toBuffer();
}
