import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { filesBelow, startProgram, temporaryFolder, type Finished } from '@sea-align/e2e-support';
import { beforeAll, describe, expect, it } from 'vitest';
import { copyWorkspace, linkProject } from './workspace-copy.js';

const temporary = temporaryFolder();
/** One word: what is made from it is the shortest that there is. */
const name = 'kite';

describe('nx g @sea-align/workspace:package', () => {
  let root = '';
  const run = (program: string, ...args: string[]): Promise<Finished> => {
    const command = [process.execPath, path.join(root, 'node_modules', program)];
    // Nx asks these before it looks for a workspace; vitest sets NODE_ENV and its own variables for its children.
    const env = { NX_DAEMON: 'false', NX_WORKSPACE_ROOT_PATH: undefined, NX_TASK_TARGET_PROJECT: undefined };
    return startProgram(command, args, { cwd: root, env }).done;
  };
  const nx = (...args: string[]) => run('nx/dist/bin/nx.js', ...args);
  const generate = (...args: string[]) => nx('g', '@sea-align/workspace:package', ...args, '--no-install');

  beforeAll(() => {
    root = path.join(realpathSync(temporary.file()), 'workspace');
    copyWorkspace(root);
  });

  it.each([
    [['Kite', '--layer', 'method'], 'name "Kite"'],
    [['kite', '--layer', 'roof'], 'layer "roof": one of core, engine,'],
    [['core', '--layer', 'method'], 'there is a project of that name'],
  ])('%j is refused with one message', async (args, says) => {
    const before = readdirSync(path.join(root, 'packages'));
    const { code, stdout, stderr } = await generate(...args);
    expect(code).toBe(1);
    const message = stdout + stderr;
    expect(message.split(says)).toHaveLength(2);
    expect(message).not.toMatch(/^\s+at /m);
    expect(readdirSync(path.join(root, 'packages'))).toEqual(before);
  });

  it('makes a package that passes everything at once', async () => {
    const made = await generate(name, '--layer', 'method');
    expect(made.code, made.stderr).toBe(0);
    linkProject(root, `@sea-align/${name}`, `packages/${name}`);

    const format = await run('prettier/bin/prettier.cjs', '--check', `packages/${name}`);
    expect(format.code, format.stderr).toBe(0);
    const checks = await nx(
      'run-many',
      '-p',
      name,
      '-t',
      'lint',
      'typecheck',
      'test',
      'build',
      '--output-style=static',
    );
    expect(checks.code, checks.stdout + checks.stderr).toBe(0);
    expect(checks.stdout).toMatch(/Tests\s.*3 passed/);
    expect(checks.stdout).toContain('Successfully ran targets lint, typecheck, test, build');
    expect(existsSync(path.join(root, `packages/${name}/dist/index.js`))).toBe(true);

    // Only the package itself was built, and nothing outside of it was written.
    const built = filesBelow(path.join(root, 'packages')).filter(
      (file) => file.split(path.sep)[1] === 'dist',
    );
    expect(new Set(built.map((file) => file.split(path.sep)[0]))).toEqual(new Set([name]));
  });

  it('its manifest passes the checks of published packages', async () => {
    // What `npm install` would have written.
    const lock = path.join(root, 'package-lock.json');
    const { packages, ...rest } = JSON.parse(readFileSync(lock, 'utf8')) as { packages: object };
    const entry = { name: `@sea-align/${name}`, version: '0.1.0', license: 'MIT' };
    writeFileSync(lock, JSON.stringify({ ...rest, packages: { ...packages, [`packages/${name}`]: entry } }));
    const checks = await startProgram(
      [process.execPath, path.join(root, 'node_modules/vitest/vitest.mjs')],
      ['run', 'manifests', '-t', `packages/${name}/package.json`],
      { cwd: path.join(root, 'tools/checks') },
    ).done;
    expect(checks.code, checks.stdout + checks.stderr).toBe(0);
    expect(checks.stdout).toMatch(/Tests\s.*3 passed/);
  });

  it('its README tells all it must, and its example runs, from source', async () => {
    const docs = await startProgram(
      [process.execPath, path.join(root, 'node_modules/vitest/vitest.mjs')],
      ['run', 'examples', 'readmes', '-t', `packages/${name}`],
      { cwd: path.join(root, 'test/docs') },
    ).done;
    expect(docs.code, docs.stdout + docs.stderr).toBe(0);
    expect(docs.stdout).toMatch(/Tests\s.*2 passed/);
  });
});
