import { workspaceRoot } from '@sea-align/e2e-support';
import { runProgram } from './run-program.js';

/** Who commits in the clone; a machine of CI has nobody. */
const author = Object.fromEntries(
  ['GIT_AUTHOR', 'GIT_COMMITTER'].flatMap((who) => [
    [`${who}_NAME`, 'Release test'],
    [`${who}_EMAIL`, 'release-test@example.invalid'],
  ]),
);

/**
 * The environment of programs that run in the clone: theirs is another workspace than the one of this test. What they write
 * is read: Nx asks for colours, which Node.js would give to numbers.
 */
export function cloneEnvironment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(NX_|npm_|VITEST|NODE_ENV$|INIT_CWD$|FORCE_COLOR$)/.test(name),
  );
  return { ...Object.fromEntries(own), ...author, NX_DAEMON: 'false', CI: 'true', NO_COLOR: '1', ...more };
}

/**
 * Clones what is committed here, with its history and tags, and installs it by its lock file. Packages of its own:
 * npm, run in the clone, would empty folders of this workspace that the clone only linked to.
 */
export async function cloneWorkspace(folder: string): Promise<void> {
  await runProgram('git', ['clone', '--quiet', workspaceRoot, folder], { cwd: workspaceRoot });
  await runProgram('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], {
    cwd: folder,
    env: cloneEnvironment({ ONNXRUNTIME_NODE_INSTALL: 'skip' }),
    timeout: 900,
  });
}
