import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { withInstallLock } from './install-lock.mjs';
import { lockDifference } from './lock-difference.mjs';

export const workspaceRoot = path.resolve(fileURLToPath(import.meta.url), '../../..');

/** Lowest Node.js that the workspace runs on, as in package.json `engines`. */
const minimumNode = [20, 19, 0];

function nodeIsTooOld() {
  const have = process.versions.node.split('.').map(Number);
  for (let i = 0; i < 3; i++) if (have[i] !== minimumNode[i]) return have[i] < minimumNode[i];
  return false;
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Whether node_modules is what the lock file says, by content: a checkout makes the lock file newer than the install and
 * changes nothing. npm writes its record of the install last, so that an interrupted one has none.
 */
function isInstalled(root) {
  const installed = readJson(path.join(root, 'node_modules', '.package-lock.json'));
  if (installed === undefined) return false;
  const lock = readJson(path.join(root, 'package-lock.json'));
  // A lock file that cannot be read is npm's to complain about.
  return lock !== undefined && lockDifference(lock, installed) === undefined;
}

function install(root) {
  // Another process may have done it while this one waited.
  if (isInstalled(root)) return;
  console.error('sea: installing dependencies with `npm ci` (once)…');
  // npm is a .cmd file on Windows, which Node.js starts only through a shell; the arguments are constants.
  const result = spawnSync('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: process.env.ONNXRUNTIME_NODE_INSTALL ?? 'skip' },
  });
  if (result.status === 0) return;
  throw new Error('`npm ci` failed; see its message above. An npm registry must be reachable once.');
}

/**
 * Installs the locked dependencies when they are missing or differ from the lock file; otherwise does nothing. Of several
 * processes at once one installs and the others wait for it.
 */
export function ensureInstall(root = workspaceRoot) {
  if (nodeIsTooOld()) {
    console.error(
      `sea: Node.js ${process.versions.node} is too old; install ${minimumNode.join('.')} or newer.`,
    );
    process.exit(2);
  }
  if (isInstalled(root)) return;
  try {
    withInstallLock(
      path.join(root, '.sea-install.lock'),
      () => install(root),
      () => console.error('sea: another process installs the dependencies; waiting for it…'),
    );
  } catch (error) {
    console.error(`sea: ${error.message}`);
    process.exit(1);
  }
}
