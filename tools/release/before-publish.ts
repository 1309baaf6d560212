// `prepublishOnly` of every package: ends `npm publish` where it must not happen.
import path from 'node:path';
import { changedFiles, tagsAtHead } from './git-state.js';
import { publishFaults } from './publish-guard.js';
import { readManifest, stagingFolder, workspaceRoot, type Manifest } from './workspace-packages.js';

const folder = process.cwd();
const manifest = readManifest(folder) as Manifest & { repository?: { url?: string } };
const faults = publishFaults({
  env: process.env,
  registry: process.env.npm_config_registry ?? 'https://registry.npmjs.org/',
  staged: path.resolve(folder) === stagingFolder(manifest.name),
  manifest,
  tags: tagsAtHead(workspaceRoot),
  changes: changedFiles(workspaceRoot),
});
if (faults.length > 0) {
  console.error(`${manifest.name}@${manifest.version} is not published:\n- ${faults.join('\n- ')}`);
  process.exitCode = 1;
}
