// `prepublishOnly` of every package: ends `npm publish` where it must not happen.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { publishFaults } from './publish-guard.js';
import { readManifest, stagingFolder, workspaceRoot, type Manifest } from './workspace-packages.js';

function gitLines(...args: string[]): string[] {
  const output = execFileSync('git', args, { cwd: workspaceRoot, encoding: 'utf8' });
  return output.split('\n').filter((line) => line !== '');
}

const folder = process.cwd();
const manifest = readManifest(folder) as Manifest & { repository?: { url?: string } };
const faults = publishFaults({
  env: process.env,
  registry: process.env.npm_config_registry ?? 'https://registry.npmjs.org/',
  staged: path.resolve(folder) === stagingFolder(manifest.name),
  manifest,
  tags: gitLines('tag', '--points-at', 'HEAD'),
  changes: gitLines('status', '--porcelain', '--untracked-files=no'),
});
if (faults.length > 0) {
  console.error(`${manifest.name}@${manifest.version} is not published:\n- ${faults.join('\n- ')}`);
  process.exitCode = 1;
}
