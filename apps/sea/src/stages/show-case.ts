import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { EvaluationCase, ReportMedium } from '@sea-align/evaluation';
import sharp from 'sharp';

/** Longest side of a picture in a report, in pixels. */
const longestSide = 256;
/** Larger sounds and videos are left out of the report, which holds them whole. */
const mostBytes = 4 * 2 ** 20;

const playable: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.mp3': 'audio/mpeg',
  '.wav': 'audio/wav',
  '.ogg': 'audio/ogg',
  '.flac': 'audio/flac',
};

/**
 * A case's medium for a report: a picture as a small PNG, a sound or video that browsers play as it is. Undefined without
 * one, or where it cannot be shown.
 */
export async function showCase({ medium }: EvaluationCase): Promise<ReportMedium | undefined> {
  const data = medium?.data;
  if (typeof data !== 'string' && !(data instanceof Uint8Array)) return undefined;
  try {
    const mediaType = typeof data === 'string' ? playable[path.extname(data).toLowerCase()] : undefined;
    if (typeof data === 'string' && mediaType !== undefined) {
      return (await stat(data)).size <= mostBytes ? { data: await readFile(data), mediaType } : undefined;
    }
    const size = {
      width: longestSide,
      height: longestSide,
      fit: 'inside',
      withoutEnlargement: true,
    } as const;
    return { data: await sharp(data).rotate().resize(size).png().toBuffer(), mediaType: 'image/png' };
  } catch {
    return undefined; // The answer to such a case says why already: its verdict is `error`.
  }
}
