import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';

/** An install takes a minute or two; a file older than this belongs to a process number that another program has by now. */
const longestInstallMs = 20 * 60_000;
const pollMs = 200;

const sleep = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

/** Whether the process that made `file` is gone, or it is too old to be true. */
function isLeftBehind(file) {
  try {
    if (Date.now() - statSync(file).mtimeMs > longestInstallMs) return true;
    return !isAlive(JSON.parse(readFileSync(file, 'utf8')).pid);
  } catch {
    return false; // Just made, or just removed.
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function take(file) {
  try {
    writeFileSync(file, JSON.stringify({ pid: process.pid }), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Does `work` while no other process that asks for the same `file` does: two `npm ci` at once empty each other's
 * node_modules. Waits for the other, having called `onWait`; the file of a process that is gone is taken over.
 */
export function withInstallLock(file, work, onWait) {
  for (let waits = 0; !take(file); waits++) {
    if (isLeftBehind(file)) {
      rmSync(file, { force: true });
      continue;
    }
    if (waits === 0) onWait();
    sleep(pollMs);
  }
  try {
    return work();
  } finally {
    rmSync(file, { force: true });
  }
}
