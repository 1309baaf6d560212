// `npm test`: format, lint, types, then every test of every project; closes with one line that counts the tests.
// What did not change since the last run comes from Nx's cache.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureInstall, workspaceRoot } from './ensure-install.mjs';

ensureInstall();
/** Colour codes of the runners, stripped before counting. */
const colour = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
const counts = { passed: 0, failed: 0, skipped: 0 };

function count(text) {
  for (const line of text.replace(colour, '').split('\n')) {
    if (!/^\s*Tests\s+\d/.test(line)) continue;
    for (const [, n, kind] of line.matchAll(/(\d+) (passed|failed|skipped)/g)) counts[kind] += Number(n);
  }
}

function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(workspaceRoot, 'node_modules', command), ...args], {
      cwd: workspaceRoot,
      // Two projects run at a time: engines of two threads each would mostly wait for one another.
      env: { SEA_THREADS: '1', ...process.env, FORCE_COLOR: process.env.CI ? '0' : '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      process.stdout.write(chunk);
    });
    child.on('exit', (code) => {
      count(output);
      resolve(code ?? 1);
    });
  });
}

const targets = ['format', 'lint', 'typecheck', 'test', 'e2e', 'api'];
let failed = (await run('nx/dist/bin/nx.js', ['run-many', '-t', ...targets, '--output-style=static'])) !== 0;
if (counts.passed === 0) failed = true; // a run that found no test has shown nothing
const skipped = counts.skipped ? `, ${counts.skipped} skipped` : '';
console.log(`\n${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exit(failed ? 1 : 0);
