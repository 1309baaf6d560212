import type { EncodedRow } from '../training/encoded-row.js';

/**
 * Cuts rows into micro-batches of at most `size`: text rows and medium rows apart (a text row would be padded to the
 * length of the modality tokens), each sorted by length, so that little is padded and few shapes are compiled.
 */
export function cutMicroBatches(rows: readonly EncodedRow[], size: number): EncodedRow[][] {
  const text = rows.filter(({ row }) => row.embedding === undefined);
  const medium = rows.filter(({ row }) => row.embedding !== undefined);
  return [text, medium].flatMap((list) => {
    const sorted = list.toSorted((a, b) => lengthOf(a) - lengthOf(b));
    const batches: EncodedRow[][] = [];
    for (let start = 0; start < sorted.length; start += size) batches.push(sorted.slice(start, start + size));
    return batches;
  });
}

function lengthOf({ promptIds, chosenIds, rejectedIds }: EncodedRow): number {
  return promptIds.length + Math.max(chosenIds.length, rejectedIds?.length ?? 0);
}
