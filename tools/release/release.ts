// `npm run release`: versions and changelogs by `nx release`. Dry unless told otherwise; publishing is for CI.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { workspaceRoot } from './workspace-packages.js';

const help = `npm run release                          what would be versioned; changes nothing
npm run release -- --write               versions, changelogs, one commit, a tag for each package
npm run release -- --publish             publishes what is tagged at HEAD; refused outside of the release workflow
npm run release -- --publish --registry http://localhost:4873    to a registry on this machine`;

function nx(...args: string[]): number {
  const bin = path.join(workspaceRoot, 'node_modules/nx/dist/bin/nx.js');
  return spawnSync(process.execPath, [bin, ...args], { cwd: workspaceRoot, stdio: 'inherit' }).status ?? 1;
}

const { values } = parseArgs({
  options: {
    write: { type: 'boolean' },
    publish: { type: 'boolean' },
    registry: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help || (values.write && values.publish)) {
  console.log(help);
  process.exitCode = values.help ? 0 : 2;
} else if (values.publish) {
  process.exitCode = nx('release', 'publish', ...(values.registry ? ['--registry', values.registry] : []));
} else {
  process.exitCode = nx('release', '--skip-publish', ...(values.write ? [] : ['--dry-run']));
  if (!values.write) console.log('Dry run: nothing was changed. `npm run release -- --write` does it.');
}
