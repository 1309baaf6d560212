import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** A folder for a test file's own files; it is there from `beforeAll` on and goes away after the last test. */
export function temporaryFolder(): { file(...names: string[]): string } {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sea-e2e-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return { file: (...names) => path.join(folder, ...names) };
}
