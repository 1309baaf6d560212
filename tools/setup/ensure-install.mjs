import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
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

/**
 * Whether node_modules is what the lock file says. npm rewrites its hidden lock file on every install, so a newer one is
 * up to date; after a checkout that only touched the lock file, the hash of the last install tells.
 */
function isInstalled(lock, hashFile) {
  const installed = path.join(workspaceRoot, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  if (statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return true;
  return existsSync(hashFile) && readFileSync(hashFile, 'utf8') === sha256(lock);
}

function sha256(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** Installs the locked dependencies when they are missing or differ from the lock file; otherwise does nothing. */
export function ensureInstall() {
  if (nodeIsTooOld()) {
    console.error(
      `sea: Node.js ${process.versions.node} is too old; install ${minimumNode.join('.')} or newer.`,
    );
    process.exit(2);
  }
  const lock = path.join(workspaceRoot, 'package-lock.json');
  const hashFile = path.join(workspaceRoot, 'node_modules', '.sea-lock-sha256');
  if (isInstalled(lock, hashFile)) return;
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
  writeFileSync(hashFile, sha256(lock));
}
