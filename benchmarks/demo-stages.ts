import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineError, readManifest } from '@sea-align/core';
import { figure, type BenchReport } from './bench-report.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Wall time of `npm run demo` by stage, from the manifest of its run; runs the demo where there is none. */
export async function benchDemo(runFolder: string): Promise<BenchReport> {
  const out = resolve(root, runFolder);
  const path = resolve(out, 'manifest.json');
  let manifest = await readManifest(path);
  if (!manifest) {
    const child = spawn('npm', ['run', 'demo', '--', '--out', out], { cwd: root, stdio: 'inherit' });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new EngineError(`npm run demo ended with code ${code}; its output above says why.`);
    manifest = await readManifest(path);
  }
  if (!manifest) throw new EngineError(`npm run demo left no manifest at ${path}.`);
  const total = manifest.stages.reduce((sum, { seconds }) => sum + seconds, 0);
  const rows = manifest.stages.map(({ name, seconds }) => [
    name,
    figure(seconds),
    `${((100 * seconds) / total).toFixed(0)} %`,
  ]);
  return {
    id: 'demo',
    title: 'Wall time of the demo by stage',
    how: `From the manifest of \`npm run demo\`, engine ${manifest.engine ?? 'unknown'}.`,
    columns: ['stage', 'seconds', 'share'],
    rows: [...rows, ['all', figure(total), '100 %']],
    data: { stages: manifest.stages },
  };
}
