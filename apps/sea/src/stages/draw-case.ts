import type { EvaluationCase } from '@sea-align/evaluation';
import sharp from 'sharp';

/** Longest side of a picture in a report, in pixels. */
const longestSide = 256;

/** A case's picture as a small PNG for a report; without one, or where it cannot be read, undefined. */
export async function drawCase({ medium }: EvaluationCase): Promise<Uint8Array | undefined> {
  const data = medium?.data;
  if (typeof data !== 'string' && !(data instanceof Uint8Array)) return undefined;
  try {
    const size = {
      width: longestSide,
      height: longestSide,
      fit: 'inside',
      withoutEnlargement: true,
    } as const;
    return await sharp(data).rotate().resize(size).png().toBuffer();
  } catch {
    return undefined; // The answer to such a case says why already: its verdict is `error`.
  }
}
