import { Rng } from '@sea-align/core';
import { describe, expect, it } from 'vitest';

import type { AlignmentRow } from '../rows/alignment-row.js';
import { flatEmbedding } from '../rows/flat-geometry.fixture.js';
import { splitValidation } from './validation-split.js';

/** Ten harmful samples with a text row and two embeddings each, ten harmless ones with a text row. */
const rows: AlignmentRow[] = Array.from({ length: 10 }, (_, n) => {
  const base = { question: 'q', response: 'a', sampleId: `h${n}`, harmful: true };
  return [
    { ...base, id: `text/h${n}`, origin: 'text' as const },
    { ...base, id: `synthetic/h${n}#0`, origin: 'synthetic' as const, embedding: flatEmbedding(0) },
    { ...base, id: `synthetic/h${n}#1`, origin: 'synthetic' as const, embedding: flatEmbedding(0) },
    { ...base, id: `text/b${n}`, sampleId: `b${n}`, harmful: false, origin: 'text' as const },
  ];
}).flat();

describe('splitValidation', () => {
  it('keeps all rows of a sample on one side, and both kinds of sample on both', () => {
    const { train, validation } = splitValidation(rows, 0.2, new Rng(3));
    expect(train.length + validation.length).toBe(rows.length);
    const heldOut = new Set(validation.map(({ sampleId }) => sampleId));
    expect(train.some(({ sampleId }) => heldOut.has(sampleId))).toBe(false);
    expect([...heldOut].filter((id) => id.startsWith('h'))).toHaveLength(2);
    expect([...heldOut].filter((id) => id.startsWith('b'))).toHaveLength(2);
    expect(validation).toHaveLength(2 * 3 + 2);
  });

  it('does not depend on the order of the rows, but on the seed', () => {
    const ids = (list: AlignmentRow[]): string[] => list.map(({ id }) => id).toSorted();
    const split = splitValidation(rows, 0.2, new Rng(3));
    expect(ids(splitValidation(rows.toReversed(), 0.2, new Rng(3)).validation)).toEqual(
      ids(split.validation),
    );
    expect(ids(splitValidation(rows, 0.2, new Rng(4)).validation)).not.toEqual(ids(split.validation));
  });

  it('holds out a fraction of a dataset of real size', () => {
    const many: AlignmentRow[] = Array.from({ length: 50_000 }, (_, n) => ({
      ...rows[0],
      id: `text/h${n}`,
      sampleId: `h${n}`,
    }));
    const { train, validation } = splitValidation(many, 0.1, new Rng(3));
    expect([train.length, validation.length]).toEqual([45_000, 5_000]);
  });

  it('never empties a stratum, and holds out nothing at fraction 0', () => {
    const one = rows.slice(0, 4);
    expect(splitValidation(one, 0.5, new Rng(1))).toEqual({ train: one, validation: [] });
    expect(splitValidation(rows, 0, new Rng(1)).validation).toEqual([]);
  });
});
