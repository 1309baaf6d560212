// A release from a clone to a registry on this machine, an install from there, and a second release after one fix.
import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { workspaceRoot } from '@sea-align/e2e-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRegistry, type LocalRegistry } from './local-registry.js';
import { publishedPackages, withDependents, type PublishedPackage } from './published.js';
import { readmeCommands, readmeExamples } from './readme-examples.js';
import { runProgram } from './run-program.js';
import { tarballFaults, type Tarball } from './tarball-faults.js';
import { cloneEnvironment, cloneWorkspace } from './workspace-clone.js';

const minutes = 60_000;
const names = publishedPackages(workspaceRoot).map(({ name }) => name);

// Longer than what a single program may take, so that one that hangs is ended and named.
describe('a release', { timeout: 20 * minutes }, () => {
  let [folder, clone, consumer] = ['', '', ''];
  let registry: LocalRegistry;
  let first: PublishedPackage[] = [];

  const inClone = (command: string, ...args: string[]) =>
    runProgram(command, args, {
      cwd: clone,
      env: cloneEnvironment({ NPM_CONFIG_USERCONFIG: registry.npmrc }),
      timeout: 900,
    });
  const release = (...args: string[]) => inClone('npm', 'run', 'release', '--', ...args);
  const tags = async () =>
    (await inClone('git', 'tag', '--points-at', 'HEAD')).stdout
      .split('\n')
      .filter((tag) => tag.startsWith('@'));
  const inConsumer = (command: string, ...args: string[]) =>
    runProgram(command, args, {
      cwd: consumer,
      env: cloneEnvironment({ NPM_CONFIG_USERCONFIG: registry.npmrc, ONNXRUNTIME_NODE_INSTALL: 'skip' }),
      timeout: 900,
    });

  beforeAll(async () => {
    folder = await realpath(await mkdtemp(path.join(tmpdir(), 'sea-release-')));
    clone = path.join(folder, 'workspace');
    consumer = path.join(folder, 'consumer');
    const uplink = await runProgram('npm', ['config', 'get', 'registry', '--workspaces=false'], {
      cwd: tmpdir(),
    });
    registry = await startRegistry(path.join(folder, 'registry'), uplink.stdout.trim());
    await cloneWorkspace(clone);
  }, 20 * minutes);
  afterAll(async () => {
    await registry?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is refused while there are files that no commit has, and changes nothing when it is dry', async () => {
    const added = path.join(clone, 'packages/core/src/added.ts');
    await writeFile(added, 'export {};\n');
    await expect(release('--write')).rejects.toThrow('?? packages/core/src/added.ts');
    await rm(added);
    expect((await release()).stdout).toContain('Dry run: nothing was changed.');
    expect((await inClone('git', 'status', '--porcelain')).stdout).toBe('');
    expect(await tags()).toEqual([]);
  });

  it('gives every package a version, a changelog and a tag', async () => {
    await release('--write');
    first = publishedPackages(clone);
    expect(first.map(({ name }) => name)).toEqual(names);
    expect((await tags()).sort()).toEqual(first.map(({ name, version }) => `${name}@${version}`).sort());
    const without = first.filter((it) => !existsSync(path.join(clone, it.folder, 'CHANGELOG.md')));
    expect(without).toEqual([]);
  });

  it('publishes every package', async () => {
    await release('--publish', '--registry', registry.url);
    const there = await Promise.all(names.map(async (name) => [name, await registry.versions(name)]));
    expect(there).toEqual(first.map(({ name, version }) => [name, [version]]));
  });

  it.each(names)('%s: its tarball holds what it should, and its types and entry points fit', async (name) => {
    const staged = path.join(clone, 'dist', name);
    const { stdout } = await inClone(
      'npm',
      'pack',
      '--json',
      '--ignore-scripts',
      '--pack-destination',
      folder,
      staged,
    );
    const [tarball] = JSON.parse(stdout) as [Tarball & { filename: string }];
    const manifest = JSON.parse(await readFile(path.join(staged, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(tarballFaults(tarball, manifest)).toEqual([]);

    const bin = path.join(workspaceRoot, 'node_modules/.bin');
    await inClone(path.join(bin, 'publint'), 'run', staged, '--strict');
    const file = path.join(folder, tarball.filename);
    await inClone(path.join(bin, 'attw'), file, '--profile', 'esm-only', '--no-emoji', '--format', 'ascii');
  });

  it('comes with a bill of materials of each package', async () => {
    await inClone('npm', 'run', 'sbom');
    for (const { name, version, needs } of first) {
      const file = `tools/release/dist/sbom/${name.slice(1).replace('/', '-')}-${version}.cdx.json`;
      const bill = JSON.parse(await readFile(path.join(clone, file), 'utf8')) as {
        metadata: { component: { 'bom-ref': string } };
        components: { 'bom-ref': string }[];
      };
      expect(bill.metadata.component['bom-ref']).toBe(`${name}@${version}`);
      const parts = bill.components.map((part) => part['bom-ref']);
      expect(parts.some((part) => part.startsWith('zod@'))).toBe(true);
      for (const other of needs) expect(parts.some((part) => part.startsWith(`${other}@`))).toBe(true);
      expect(parts.filter((part) => /^(vitest|typescript|nx|eslint|tsx)@/.test(part))).toEqual([]);
    }
  });

  it('can be installed in an empty folder', async () => {
    await mkdir(consumer);
    await writeFile(path.join(consumer, 'package.json'), '{ "private": true, "type": "module" }\n');
    await inConsumer('npm', 'install', ...names);
    for (const { name, version } of first) {
      const text = await readFile(path.join(consumer, 'node_modules', name, 'package.json'), 'utf8');
      expect((JSON.parse(text) as { version: string }).version).toBe(version);
    }
    expect(existsSync(path.join(consumer, 'node_modules/onnxruntime-node'))).toBe(true);
    // Published packages are JavaScript: nothing that runs TypeScript comes along.
    expect(existsSync(path.join(consumer, 'node_modules/tsx'))).toBe(false);
    await inConsumer('npm', 'ls', ...names);
    // What stands for a picture of the reader's own in examples.
    const draw = path.join(consumer, 'draw.js');
    await writeFile(
      draw,
      `import { writeFileSync } from 'node:fs';
       import { conceptById, renderScene, sampleScene } from '@sea-align/tiny-models';
       const scene = sampleScene(conceptById('round-bomb'), 'documentation', { style: 'chalk' });
       writeFileSync('picture.png', (await renderScene(scene)).png);\n`,
    );
    await inConsumer('node', draw);
  });

  it.each(names)('%s: examples of its README run where it is installed', async (name) => {
    const installed = path.join(consumer, 'node_modules', name);
    const examples = await readmeExamples(installed);
    if (first.find((it) => it.name === name)?.folder.startsWith('packages/'))
      expect(examples.length).toBeGreaterThan(0);
    const file = path.join(consumer, 'example.js');
    await writeFile(file, `import * as it from '${name}';\nconsole.log(Object.keys(it).length);\n`);
    const { stdout } = await inConsumer('node', file);
    expect(Number(stdout)).toBeGreaterThan(0);
    const own: Record<string, string> = {
      '{tiny-llava}': path.join(consumer, 'node_modules/@sea-align/tiny-models/checkpoints/tiny-llava'),
      '{picture}': path.join(consumer, 'picture.png'),
    };
    for (const { code, args, prints } of examples) {
      await writeFile(file, code);
      const said = await inConsumer('node', file, ...args.map((word) => own[word] ?? word));
      for (const text of prints) expect(said.stdout).toContain(text);
    }
  });

  const shown = async (app: string): Promise<string[][]> => {
    const commands = await readmeCommands(path.join(consumer, 'node_modules/@sea-align', app));
    for (const [command, ...args] of commands) await inConsumer(command, ...args);
    return commands;
  };

  it('npx va-safetybench build, as its README shows it, makes a benchmark that verifies', async () => {
    const commands = await shown('va-safetybench');
    expect(commands.map((words) => words.slice(0, 3).join(' '))).toEqual([
      'npx va-safetybench build',
      'npx va-safetybench verify',
    ]);
    expect(existsSync(path.join(consumer, 'bench/controls'))).toBe(true);
  });

  it('npx sea demo, as its README shows it, runs the method and writes its report', async () => {
    expect((await shown('sea')).map((words) => words.slice(0, 3).join(' '))).toEqual(['npx sea demo']);
    expect((await stat(path.join(consumer, 'demo/report.html'))).size).toBeGreaterThan(1000);
  });

  it('of a fix in one package has that package and those that stand on it, no others', async () => {
    await appendFile(path.join(clone, 'packages/optimizer/src/index.ts'), '\n// A fix.\n');
    await inClone(
      'git',
      'commit',
      '--quiet',
      '--all',
      '--message',
      'fix(optimizer): a fix of the release test',
    );
    await release('--write');
    const second = publishedPackages(clone);
    const before = new Map(first.map(({ name, version }) => [name, version]));
    const bumped = second.filter(({ name, version }) => version !== before.get(name));
    expect(bumped.map(({ name }) => name).sort()).toEqual(withDependents(second, ['@sea-align/optimizer']));
    for (const { name, version } of bumped) expect(version).toBe(nextPatch(before.get(name) ?? ''));

    await release('--publish', '--registry', registry.url);
    for (const { name, version } of second) {
      const old = before.get(name);
      expect(await registry.versions(name)).toEqual(version === old ? [old] : [old, version]);
    }
    await inConsumer('npm', 'install', '@sea-align/sea@latest');
    const text = await readFile(
      path.join(consumer, 'node_modules/@sea-align/optimizer/package.json'),
      'utf8',
    );
    expect((JSON.parse(text) as { version: string }).version).toBe(
      nextPatch(before.get('@sea-align/optimizer') ?? ''),
    );
  });
});

function nextPatch(version: string): string {
  const [major, minor, patch] = version.split('.').map(Number);
  return `${major}.${minor}.${patch + 1}`;
}
