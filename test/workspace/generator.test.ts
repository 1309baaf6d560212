import { existsSync, readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { filesBelow, startProgram, temporaryFolder, type Finished } from '@sea-align/e2e-support';
import { beforeAll, describe, expect, it } from 'vitest';
import { copyWorkspace, linkProject } from './workspace-copy.js';

const temporary = temporaryFolder();
const name = 'kite-flying';

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

  it('its README’s example runs, from source', async () => {
    const filter = ['-t', `packages/${name}/README.md`];
    const docs = await startProgram(
      [process.execPath, path.join(root, 'node_modules/vitest/vitest.mjs')],
      ['run', 'examples', ...filter],
      { cwd: path.join(root, 'test/docs') },
    ).done;
    expect(docs.code, docs.stdout + docs.stderr).toBe(0);
    expect(docs.stdout).toMatch(/Tests\s.*1 passed/);
  });
});
