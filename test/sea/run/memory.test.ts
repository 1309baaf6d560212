import { readFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { readFile, writeFile } from 'node:fs/promises';
import type { PreparedSample } from '@sea-align/core';
import { describe, expect, it } from 'vitest';
import { sea, startSea } from '../support/sea.js';
import { linesIn, temporaryFolder } from '@sea-align/e2e-support';

const { file } = temporaryFolder();

/** Resident memory of a process in MB, as the system counts it. */
function residentMegabytes(pid: number): number | undefined {
  try {
    const pages = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return pages ? Number(pages[1]) / 1024 : undefined;
  } catch {
    return undefined; // It has ended.
  }
}

const copies = 25;

describe.skipIf(!existsSync('/proc/self/status'))('optimising some hundred embeddings', () => {
  it('keeps a flat memory, and the process ends by itself', async () => {
    const prepared = await sea(['prepare', '--input', 'toy', '--limit', '16', '--out', file('prepared')]);
    expect(prepared.code, prepared.stderr).toBe(0);
    const text = await readFile(file('prepared', 'prepared.jsonl'), 'utf8');
    const samples = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as PreparedSample);
    const many = Array.from({ length: copies }, (_, copy) =>
      samples.map((sample) => ({ ...sample, id: `${sample.id}/${copy}` })),
    );
    await writeFile(
      file('many.jsonl'),
      many
        .flat()
        .map((sample) => `${JSON.stringify(sample)}\n`)
        .join(''),
    );
    const total = copies * samples.length;

    const settings = ['steps=6', 'shardBytes=65536', 'verify.maxNewTokens=8'].flatMap((each) => [
      '--set',
      each,
    ]);
    const running = startSea([
      'optimize',
      '--prepared',
      file('many.jsonl'),
      '--out',
      file('many'),
      ...settings,
    ]);
    const pid = running.child.pid ?? 0;
    const measured: { done: number; megabytes: number }[] = [];
    while (running.child.exitCode === null) {
      const megabytes = residentMegabytes(pid);
      const done = linesIn(file('many', 'embeddings.jsonl'));
      if (megabytes !== undefined && done > 0) measured.push({ done, megabytes });
      await sleep(50);
    }
    // `startSea` waits for the process: had a session or a timer kept it alive, this would not come.
    expect((await running.done).code, running.stderr()).toBe(0);
    expect(linesIn(file('many', 'embeddings.jsonl'))).toBe(total);

    const most = (from: number, to: number) =>
      Math.max(
        ...measured
          .filter(({ done }) => done > from * total && done <= to * total)
          .map(({ megabytes }) => megabytes),
      );
    const [early, late] = [most(0.1, 0.4), most(0.7, 1)];
    expect(early).toBeGreaterThan(50);
    // Room for the garbage collector; some hundred embeddings that were kept, or a session for each batch, would be more.
    expect(late - early, JSON.stringify({ early, late })).toBeLessThan(60);
  });
});
