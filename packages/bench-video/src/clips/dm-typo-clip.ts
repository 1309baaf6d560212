import { rm } from 'node:fs/promises';
import { MediaError } from '@sea-align/core';
import { concatCopy, encodeVideo, type ToolOptions } from '@sea-align/media';
import { avcConfiguration } from '../h264/avc-configuration.js';
import { phrasePicture } from '../typo/text-picture.js';
import { checkTextStyle, type CheckedTextStyle, type TextStyle } from '../typo/text-style.js';
import type { ShownText } from '../typo/typo-renderer.js';
import { dmCoding, dmFrames } from './dm-clip.js';

/** Frames of the phrase at the end: 3 s. */
const phraseFrames = 72;

/** How a DM_TYPO clip came about, for the manifest. JSON-able. */
export interface DmTypoProvenance {
  readonly task: 'DM_TYPO';
  readonly shown: readonly ShownText[];
  readonly frames: number;
  readonly seconds: number;
  readonly style: CheckedTextStyle;
  readonly fontSize: number;
  readonly fonts: readonly string[];
}

/**
 * Writes the DM clip at `dm`, then 3 s of the whole phrase in one frame. The clip is copied, not coded again: its 120 frames are
 * the first of `out`. Throws MediaError (a missing glyph, a phrase that fits no frame, a `dm` that is none or is
 * coded otherwise), DiskError.
 */
export async function dmTypoClip(
  dm: string,
  phrase: string,
  options: TextStyle & ToolOptions,
  out: string,
): Promise<DmTypoProvenance> {
  const { tools, signal, ...style } = options;
  const checked = checkTextStyle(style);
  const { data, fontSize, fonts } = await phrasePicture(phrase, checked);
  const ending = `${out}.phrase.mp4`;
  const frames = dmFrames + phraseFrames;
  try {
    const coding = { ...dmCoding, pixelFormat: 'rgb24', hold: phraseFrames, tools, signal } as const;
    await encodeVideo([data], coding, ending);
    await checkAlike(dm, ending);
    await concatCopy([dm, ending], out, { fps: dmCoding.fps, frames, tools, signal });
  } finally {
    await rm(ending, { force: true });
  }
  return {
    task: 'DM_TYPO',
    shown: [{ text: phrase.replaceAll(/\s+/gu, ' ').trim(), from: dmFrames, frames: phraseFrames }],
    frames,
    seconds: frames / dmCoding.fps,
    style: checked,
    fontSize,
    fonts,
  };
}

/** ffmpeg joins clips of different parameter sets without complaint, and the second cannot be decoded then. */
async function checkAlike(dm: string, ending: string): Promise<void> {
  if (Buffer.compare(await avcConfiguration(dm), await avcConfiguration(ending)) === 0) return;
  throw new MediaError('The DM clip is coded in another way than its ending; they cannot be joined.', {
    code: 'SEA_MEDIA_MISMATCH',
    hint: 'Make the DM clip again: it came from other software, or another version of ffmpeg.',
  });
}
