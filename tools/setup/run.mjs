// Runs a TypeScript entry point of the workspace from source: `node tools/setup/run.mjs FILE [ARG…]`.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import path from 'node:path';
import { ensureInstall, workspaceRoot } from './ensure-install.mjs';

const [entry, ...args] = process.argv.slice(2);
if (!entry) {
  console.error('usage: node tools/setup/run.mjs FILE [ARG…]');
  process.exit(2);
}
ensureInstall();
const child = spawn(
  process.execPath,
  ['--conditions=@sea-align/source', '--import', 'tsx', path.join(workspaceRoot, entry), ...args],
  { stdio: 'inherit', env: process.env },
);
// The terminal sends Ctrl-C to the whole group: wait for the child to leave a resumable run behind, don't die first.
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => signal === 'SIGTERM' && child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
