import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { startProgram, temporaryFolder, workspaceRoot } from '@sea-align/e2e-support';
import { describe, expect, it } from 'vitest';
import { dependentsOf, projects } from './manifests.js';

const nxCommand = [process.execPath, path.join(workspaceRoot, 'node_modules/nx/dist/bin/nx.js')];
const temporary = temporaryFolder();

async function nx(...args: string[]): Promise<string> {
  const options = { cwd: workspaceRoot, env: { NX_DAEMON: 'false' } };
  const { code, stdout, stderr } = await startProgram(nxCommand, args, options).done;
  expect(code, stderr).toBe(0);
  return stdout;
}

/** Projects that read files of others without needing them: documentation and its tests, the format of every file. */
const readers = ['@sea-align/docs', '@sea-align/e2e-docs', '@sea-align/tools'];

async function affectedBy(file: string): Promise<string[]> {
  const stdout = await nx('show', 'projects', '--affected', `--files=${file}`);
  return stdout.split('\n').filter((name) => name.startsWith('@sea-align/') && !readers.includes(name));
}

describe('the graph of projects', () => {
  it('is what the projects declare, edge by edge', async () => {
    const file = temporary.file('graph.json');
    await nx('graph', `--file=${file}`);
    const { graph } = JSON.parse(await readFile(file, 'utf8')) as {
      graph: { nodes: Record<string, unknown>; dependencies: Record<string, { target: string }[]> };
    };
    const edges = Object.fromEntries(
      Object.entries(graph.dependencies).map(([name, to]) => [name, to.map(({ target }) => target).sort()]),
    );
    expect(Object.keys(graph.nodes).sort()).toEqual(projects.map(({ name }) => name).sort());
    expect(edges).toEqual(Object.fromEntries(projects.map(({ name, declared }) => [name, declared])));
  });
});

describe('what a change affects', () => {
  it.each([
    ['packages/optimizer/src/optimize.ts', '@sea-align/optimizer'],
    ['packages/bench-audio/src/index.ts', '@sea-align/bench-audio'],
    ['apps/va-safetybench/src/bin.ts', '@sea-align/va-safetybench'],
    ['test/sea/run/help.test.ts', '@sea-align/e2e-sea'],
  ])('%s: %s and what stands on it, no more', async (file, name) => {
    expect((await affectedBy(file)).sort()).toEqual(
      [...dependentsOf([name])].filter((it) => !readers.includes(it)).sort(),
    );
  });

  it('a package stands on the ground of every floor above it', () => {
    const above = dependentsOf(['@sea-align/optimizer']);
    for (const name of ['sea', 'e2e-sea', 'benchmarks', 'examples', 'e2e-docs']) {
      expect(above).toContain(`@sea-align/${name}`);
    }
    for (const name of ['core', 'mllm', 'alignment', 'va-safetybench', 'e2e-va-safetybench']) {
      expect(above).not.toContain(`@sea-align/${name}`);
    }
  });

  it('documentation concerns the tests of documentation', async () => {
    for (const file of ['README.md', 'docs/support.md']) {
      const stdout = await nx('show', 'projects', '--affected', `--files=${file}`);
      expect(stdout).toContain('@sea-align/e2e-docs');
      expect(await affectedBy(file)).toEqual([]);
    }
  });
});
