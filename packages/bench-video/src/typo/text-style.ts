import { parseConfig } from '@sea-align/core';
import { z } from 'zod';

/** How text looks in TYPO and DM_TYPO. The paper publishes none of this: the defaults are this project's. */
export interface TextStyle {
  /** Seconds that each word of TYPO is shown (default 0.5). */
  secondsPerWord?: number;
  /** Pixels of the em (default 96). A word or phrase that does not fit is drawn smaller. */
  fontSize?: number;
  /** 100 … 900 (default 700). The font is Noto Sans, with its siblings for other scripts. */
  weight?: number;
  /** `#rrggbb` (default white). */
  colour?: string;
  /** `#rrggbb` (default black). */
  background?: string;
  /** Pixels around the text that stay free (default 32). */
  margin?: number;
}

/** The frame of all clips of the benchmark. */
export const clipFormat = { width: 640, height: 384, fps: 24 } as const;

const colour = z.string().regex(/^#[0-9a-f]{6}$/i, 'must be a colour like #ffffff');
const styleSchema = z.strictObject({
  // Two key frames must not follow on each other: a word needs two frames at least.
  secondsPerWord: z
    .number()
    .min(2 / clipFormat.fps)
    .max(60)
    .default(0.5),
  fontSize: z.number().min(8).max(384).default(96),
  weight: z.number().min(100).max(900).default(700),
  colour: colour.default('#ffffff'),
  background: colour.default('#000000'),
  margin: z.number().min(0).max(180).default(32),
});
export type CheckedTextStyle = z.output<typeof styleSchema>;

/** Defaults filled in. Throws ConfigError with every fault. */
export function checkTextStyle(style: TextStyle = {}): CheckedTextStyle {
  return parseConfig(styleSchema, style, 'text style');
}

/** Frames that each word is shown. */
export function framesPerWord({ secondsPerWord }: CheckedTextStyle): number {
  return Math.round(secondsPerWord * clipFormat.fps);
}
