import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

export const workspaceRoot = path.resolve(fileURLToPath(import.meta.url), '../../..');

/** Lowest Node.js that the workspace runs on, as in package.json `engines`. */
const minimumNode = [20, 19, 0];

function nodeIsTooOld() {
  const have = process.versions.node.split('.').map(Number);
  for (let i = 0; i < 3; i++) if (have[i] !== minimumNode[i]) return have[i] < minimumNode[i];
  return false;
}

/** Installs the locked dependencies when they are missing or older than the lock file; otherwise does nothing. */
export function ensureInstall() {
  if (nodeIsTooOld()) {
    console.error(`sea: Node.js ${process.versions.node} is too old; install ${minimumNode.join('.')} or newer.`);
    process.exit(2);
  }
  const installed = path.join(workspaceRoot, 'node_modules', '.package-lock.json');
  const locked = path.join(workspaceRoot, 'package-lock.json');
  // npm rewrites its hidden lock file on every install, so an older one means that package-lock.json has changed since.
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(locked).mtimeMs) return;
  console.error('sea: installing dependencies with `npm ci` (once)…');
  // npm is a .cmd file on Windows, which Node.js starts only through a shell; the arguments are constants.
  const result = spawnSync('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: workspaceRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: process.env.ONNXRUNTIME_NODE_INSTALL ?? 'skip' },
  });
  if (result.status !== 0) {
    console.error('sea: `npm ci` failed; see its message above. An npm registry must be reachable once.');
    process.exit(1);
  }
}
