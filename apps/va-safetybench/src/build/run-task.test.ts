import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChatError, DiskError, MediaError, sha256 } from '@sea-align/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BuildFolder } from './build-folder.js';
import { faultsInARow } from './fault-policy.js';
import type { Producer } from './producer.js';
import { nameOf, Records, type CaseRecord } from './records.js';
import { runTask } from './run-task.js';

let root = '';
let folder: BuildFolder;
let records: Records;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sea-run-task-'));
  folder = new BuildFolder(root);
  records = new Records(folder);
  await folder.prepare();
});
afterEach(() => rm(root, { recursive: true, force: true }));

const questions = {
  video: { Text_only: 't', DM: 'd', TYPO: 'y', DM_TYPO: 'e' },
  audio: { Text_only: 't', Audio_only: '', KPT: 'k', KPT_noise: 'n' },
};
function caseOf(id: string): CaseRecord {
  return {
    scenario: '6-Fraud',
    id,
    name: nameOf(id),
    kind: 'activity',
    phrase: `do ${id}`,
    questions,
    flags: [],
  };
}
const cases = (count: number) => Array.from({ length: count }, (_, at) => caseOf(String(at)));

/** Writes the phrase as if it were a video, or throws what `fault` gives. */
function producerOf(fault: (id: string) => unknown = () => undefined) {
  const tried: string[] = [];
  const producer: Producer = {
    task: 'TYPO',
    estimate: () => Promise.resolve({ calls: 0, seconds: 0, spend: [], unpriced: false }),
    produce: async ({ id, phrase }) => {
      tried.push(id);
      const error = fault(id);
      if (error !== undefined) throw error;
      const staged = folder.stagingPath('mp4');
      await writeFile(staged, phrase);
      const files = [{ staged, extension: 'mp4', decoded: sha256(phrase) }];
      return { files, standIn: false, provenance: { by: 'test' }, versions: { test: '1' } };
    },
  };
  return { producer, tried };
}

function run(producer: Producer, count: number, signal = new AbortController().signal) {
  return runTask(producer, cases(count), { folder, records, concurrency: 2, signal });
}

describe('runTask', () => {
  it('puts each file into its place with a record, and does nothing the second time', async () => {
    const { producer, tried } = producerOf();
    expect(await run(producer, 3)).toEqual({ task: 'TYPO', built: 3, found: 0, leftOut: [] });
    expect(await readFile(join(root, 'Video/6-Fraud/TYPO/2.mp4'), 'utf8')).toBe('do 2');
    expect(await records.readMedium('6-Fraud', '2', 'TYPO')).toEqual({
      scenario: '6-Fraud',
      id: '2',
      name: '2',
      task: 'TYPO',
      files: [
        { path: 'Video/6-Fraud/TYPO/2.mp4', bytes: 4, sha256: sha256('do 2'), decoded: sha256('do 2') },
      ],
      standIn: false,
      provenance: { by: 'test' },
      versions: { test: '1' },
    });
    expect(await run(producer, 3)).toEqual({ task: 'TYPO', built: 0, found: 3, leftOut: [] });
    expect(tried).toHaveLength(3);
  });

  it('makes again what is missing, or has another size than its record says', async () => {
    const { producer, tried } = producerOf();
    await run(producer, 3);
    await rm(join(root, 'Video/6-Fraud/TYPO/0.mp4'));
    await writeFile(join(root, 'Video/6-Fraud/TYPO/1.mp4'), 'longer than it was');
    expect(await run(producer, 3)).toMatchObject({ built: 2, found: 1 });
    expect(tried.slice(3).sort()).toEqual(['0', '1']);
    expect((await stat(join(root, 'Video/6-Fraud/TYPO/1.mp4'))).size).toBe(4);
  });

  it('goes on after a case that fails, whatever its error, and tries it again the next time', async () => {
    const { producer } = producerOf((id) => (id === '1' ? new TypeError('no\n  such thing') : undefined));
    expect(await run(producer, 4)).toEqual({
      task: 'TYPO',
      built: 3,
      found: 0,
      leftOut: [{ scenario: '6-Fraud', id: '1', task: 'TYPO', reason: 'no such thing' }],
    });
    expect(await run(producerOf().producer, 4)).toMatchObject({ built: 1, found: 3, leftOut: [] });
  });

  it('gives up a task in which nothing succeeds, and lists what it did not try', async () => {
    const { producer, tried } = producerOf((id) =>
      Number(id) >= 2 ? new MediaError('server down') : undefined,
    );
    const { built, leftOut } = await run(producer, 30);
    expect(built).toBe(2);
    expect(leftOut).toHaveLength(28);
    // Two at once: one more may be under way when the count is full.
    expect(tried.length).toBeLessThanOrEqual(2 + faultsInARow + 1);
    expect(leftOut.at(-1)?.reason).toBe(
      'not tried: 8 cases in a row had failed before, the last with: server down',
    );
  });

  it.each([
    ['a full disk', new DiskError('disk is full', { errno: 'ENOSPC' })],
    ['a chat server that is down', new ChatError('down', { code: 'SEA_CHAT_NETWORK' })],
    ['a key that is refused', new MediaError('no', { code: 'SEA_VIDEO_UNAUTHORIZED' })],
  ])('stops on %s, once the other case under way has ended', async (_, error) => {
    const { producer, tried } = producerOf((id) => (id === '1' ? error : undefined));
    await expect(run(producer, 20)).rejects.toBe(error);
    expect(tried.length).toBeLessThan(5);
    for (const id of tried.filter((each) => each !== '1')) {
      expect(await records.readMedium('6-Fraud', id, 'TYPO')).toBeDefined();
    }
  });

  it('a refusal of the chat model is of one case only', async () => {
    const refusal = new ChatError('refused', { code: 'SEA_CHAT_REFUSED' });
    const { producer } = producerOf((id) => (id === '0' ? refusal : undefined));
    expect(await run(producer, 3)).toMatchObject({ built: 2, leftOut: [{ id: '0', reason: 'refused' }] });
  });

  it('an interrupt ends it with its own reason, and counts as no failure', async () => {
    const controller = new AbortController();
    const { producer } = producerOf((id) => {
      if (id === '1') controller.abort();
      return id === '1' ? new Error('killed') : undefined;
    });
    await expect(run(producer, 20, controller.signal)).rejects.toThrow('This operation was aborted');
  });
});
