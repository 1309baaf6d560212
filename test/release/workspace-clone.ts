import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { workspaceRoot } from '@sea-align/e2e-support';
import { runProgram } from './run-program.js';

/** Who commits in the clone; a machine of CI has nobody. */
const author = Object.fromEntries(
  ['GIT_AUTHOR', 'GIT_COMMITTER'].flatMap((who) => [
    [`${who}_NAME`, 'Release test'],
    [`${who}_EMAIL`, 'release-test@example.invalid'],
  ]),
);

/** The environment of programs that run in the clone: theirs is another workspace than the one of this test. */
export function cloneEnvironment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(NX_|npm_|VITEST|NODE_ENV$|INIT_CWD$)/.test(name),
  );
  return { ...Object.fromEntries(own), ...author, NX_DAEMON: 'false', CI: 'true', NO_COLOR: '1', ...more };
}

/** Clones what is committed here, with its history and tags, and gives the clone the packages that are installed here. */
export async function cloneWorkspace(folder: string): Promise<void> {
  await runProgram('git', ['clone', '--quiet', workspaceRoot, folder], { cwd: workspaceRoot });
  const links = path.join(folder, 'node_modules');
  mkdirSync(path.join(links, '@sea-align'), { recursive: true });
  for (const name of readdirSync(path.join(workspaceRoot, 'node_modules'))) {
    // A cache belongs to the folder that it is in; npm's own note would say that the clone is installed.
    if (
      name === '@sea-align' ||
      name.startsWith('.vite') ||
      name === '.cache' ||
      name === '.package-lock.json'
    )
      continue;
    symlinkSync(path.join(workspaceRoot, 'node_modules', name), path.join(links, name));
  }
  for (const project of projectFolders(folder)) {
    const { name } = JSON.parse(readFileSync(path.join(folder, project, 'package.json'), 'utf8')) as {
      name: string;
    };
    symlinkSync(path.join(folder, project), path.join(links, name));
    // Versions that npm could not lift to the top.
    const nested = path.join(workspaceRoot, project, 'node_modules');
    if (existsSync(nested)) symlinkSync(nested, path.join(folder, project, 'node_modules'));
  }
}

function projectFolders(folder: string): string[] {
  const root = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    workspaces: string[];
  };
  return root.workspaces
    .flatMap((pattern) => {
      if (!pattern.endsWith('/*')) return [pattern];
      const parent = pattern.slice(0, -2);
      return readdirSync(path.join(folder, parent)).map((name) => `${parent}/${name}`);
    })
    .filter((project) => existsSync(path.join(folder, project, 'package.json')));
}
