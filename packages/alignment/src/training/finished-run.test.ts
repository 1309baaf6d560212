import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CheckpointError } from '@sea-align/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readFinishedRun, resultFile } from './finished-run.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sea-finished-'));
});
afterEach(() => rm(folder, { recursive: true }));

const read = () => readFinishedRun({ file: (...names) => join(folder, ...names) }, new Map());

describe('readFinishedRun', () => {
  it('is undefined without a result', async () => {
    expect(await read()).toBeUndefined();
  });

  it.each(['', '{"steps": 3', '[]', '{"steps": -1, "stopped": "steps", "best": {"step": 0}}'])(
    'names a damaged result (%j) and the way out',
    async (text) => {
      await writeFile(join(folder, resultFile), text);
      const error: unknown = await read().catch((thrown: unknown) => thrown);
      expect(CheckpointError.isInstance(error)).toBe(true);
      expect(error).toMatchObject({
        message: `${join(folder, resultFile)} is not the result of an alignment run.`,
        hint: expect.stringContaining(`Delete ${folder}`),
      });
    },
  );
});
