import { z } from 'zod';

/** A positive integer of a config. */
export const count = z.number().int().positive();

/** A token id or null (HF's None). */
export const tokenId = z.number().int().nonnegative().nullish();

/** One token id, several, or null. */
export const tokenIds = z.union([z.number().int(), z.array(z.number().int())]).nullish();

export function asList(ids: number | number[] | null | undefined): number[] {
  if (ids === null || ids === undefined) return [];
  return typeof ids === 'number' ? [ids] : ids;
}
