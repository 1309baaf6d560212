import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readManifest, RunManifest } from './manifest.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sea-manifest-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('RunManifest', () => {
  it('notes configuration, seeds, versions, machine, inputs, model and engine', async () => {
    const input = join(folder, 'in.jsonl');
    await writeFile(input, 'abc');
    const path = join(folder, 'full.json');
    const manifest = await RunManifest.open(path, {
      config: { a: 1 },
      seeds: { run: 7 },
      versions: { core: '0.1.0' },
    });
    manifest.engine = 'onnxruntime-node, cpu';
    manifest.model = { folder: 'tiny', sha256: 'ff' };
    await manifest.addInput(input);
    await manifest.addInput(input);
    await manifest.save();
    expect(await readManifest(path)).toMatchObject({
      format: 1,
      config: { a: 1 },
      seeds: { run: 7 },
      versions: { core: '0.1.0', node: process.versions.node },
      machine: { platform: process.platform, arch: process.arch },
      engine: 'onnxruntime-node, cpu',
      model: { folder: 'tiny', sha256: 'ff' },
      // SHA-256 of "abc", FIPS 180-2 appendix B.1
      inputs: [{ path: input, sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' }],
      stages: [],
    });
  });

  it('adds up the time of stages over resumes', async () => {
    const path = join(folder, 'times.json');
    let clock = 1_000_000;
    const first = await RunManifest.open(path, { config: {} }, () => clock);
    first.start('prepare');
    clock += 2000;
    first.end('prepare');
    first.start('optimize');
    clock += 3000;
    await first.save();
    clock += 500; // killed here: half a second that nobody wrote down

    clock += 60_000;
    const second = await RunManifest.open(path, { config: {} }, () => clock);
    second.start('optimize');
    clock += 4000;
    second.end('optimize');
    await second.save();
    const stages = (await readManifest(path))?.stages;
    expect(stages?.map(({ name, seconds, runs }) => ({ name, seconds, runs }))).toEqual([
      { name: 'prepare', seconds: 2, runs: 1 },
      { name: 'optimize', seconds: 7, runs: 2 },
    ]);
    expect(stages?.[1]).toMatchObject({
      startedAt: new Date(1_002_000).toISOString(),
      endedAt: new Date(clock).toISOString(),
    });
  });

  it('a stage that is running has no end', async () => {
    const path = join(folder, 'running.json');
    const manifest = new RunManifest(path, { config: {} });
    manifest.start('align');
    await manifest.save();
    expect((await readManifest(path))?.stages[0]).not.toHaveProperty('endedAt');
    expect(() => manifest.end('prepare')).toThrow(/prepare was not started/);
  });

  it('names a broken manifest and an input that is missing', async () => {
    const path = join(folder, 'broken.json');
    await writeFile(path, '{');
    await expect(RunManifest.open(path, { config: {} })).rejects.toThrow(
      /broken\.json is broken \(not valid JSON\)/,
    );
    await writeFile(path, '{"format":2}');
    await expect(RunManifest.open(path, { config: {} })).rejects.toThrow(/broken \(format/);
    const manifest = new RunManifest(path, { config: {} });
    await expect(manifest.addInput(join(folder, 'none'))).rejects.toThrow(/none: cannot be read \(ENOENT\)/);
    expect(await readManifest(join(folder, 'none'))).toBeUndefined();
  });
});
