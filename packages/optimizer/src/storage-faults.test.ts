import { existsSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DiskError, type ProgressEvent } from '@sea-align/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runOptimization } from './optimization-run.js';
import { toyModel, toySample, toyScorer } from './testing/toy-model.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'optimizer-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const samples = Array.from({ length: 300 }, (_, index) => toySample(`row-${index}`, `thing ${index}`));

describe('storage', () => {
  it.skipIf(!existsSync('/dev/full'))(
    'says so when the disk is full, and goes on once it is not',
    async () => {
      const run = {
        model: toyModel(samples.map(({ phrase }) => phrase)),
        samples: samples.slice(0, 8),
        createScorer: toyScorer(),
        out: join(folder, 'run'),
        options: { steps: 5, batchSize: 2 },
      };
      const abort = new AbortController();
      const onProgress = ({ done }: ProgressEvent) => done >= 2 && abort.abort(new Error('stopped by test'));
      await expect(runOptimization({ ...run, onProgress, signal: abort.signal })).rejects.toThrow(
        'stopped by test',
      );
      const journal = join(run.out, 'embeddings-00000.partial');
      await rm(journal);
      await symlink('/dev/full', journal);
      const full = runOptimization({ ...run, resume: true });
      await expect(full).rejects.toSatisfy(DiskError.isInstance);
      await expect(full).rejects.toThrow(/disk is full.*ENOSPC/);
      await rm(journal);
      expect((await runOptimization({ ...run, resume: true })).total).toBe(8);
    },
  );

  it('holds no more than a batch of embeddings in memory', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const tokens = 20_000; // 240 kB an embedding, 72 MB for all of them
    const heldAt = new Map<number, number>();
    await runOptimization({
      model: toyModel(['thing'], tokens),
      samples,
      createScorer: toyScorer(),
      out: join(folder, 'run'),
      options: { steps: 1, batchSize: 4, shardBytes: 20 * tokens * 12, noise: 0, verify: { enabled: false } },
      onProgress: ({ done }) => {
        if (heldAt.has(done) || done % 50 !== 0) return;
        gc();
        heldAt.set(done, process.memoryUsage().arrayBuffers);
      },
    });
    expect(heldAt.size).toBeGreaterThanOrEqual(5);
    const growth = (heldAt.get(300) ?? Infinity) - (heldAt.get(50) ?? 0);
    expect(growth).toBeLessThan(12e6); // a fifth of what the 250 embeddings in between take; a shard is 4.8e6
  });
});
