// `npm run release`: versions and changelogs by `nx release`. Dry unless told otherwise; publishing is for CI.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { changedFiles } from './git-state.js';
import { workspaceRoot } from './workspace-packages.js';

const help = `npm run release                          what would be versioned; changes nothing
npm run release -- --write               versions, changelogs, one commit, a tag for each package
npm run release -- --publish             publishes what is tagged at HEAD; refused outside of the release workflow
npm run release -- --publish --registry http://localhost:4873    to a registry on this machine`;

function nx(...args: string[]): number {
  const bin = path.join(workspaceRoot, 'node_modules/nx/dist/bin/nx.js');
  return spawnSync(process.execPath, [bin, ...args], { cwd: workspaceRoot, stdio: 'inherit' }).status ?? 1;
}

function refuse(message: string): number {
  console.error(message);
  return 2;
}

function options(): { write?: boolean; publish?: boolean; registry?: string; help?: boolean } | string {
  try {
    const { values } = parseArgs({
      options: {
        write: { type: 'boolean' },
        publish: { type: 'boolean' },
        registry: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    return values.write && values.publish
      ? '--write and --publish are two steps: tags are pushed between them.'
      : values;
  } catch (error) {
    return (error as Error).message;
  }
}

function release(): number {
  const given = options();
  if (typeof given === 'string') return refuse(`${given}\n\n${help}`);
  if (given.help) {
    console.log(help);
    return 0;
  }
  if (given.publish)
    return nx('release', 'publish', ...(given.registry ? ['--registry', given.registry] : []));
  if (given.write) {
    // Nx would put what is staged into the commit of the release.
    const changes = changedFiles(workspaceRoot);
    if (changes.length === 0) return nx('release', '--skip-publish');
    return refuse(`Files differ from HEAD; commit them or put them away first:\n${changes.join('\n')}`);
  }
  const code = nx('release', '--skip-publish', '--dry-run');
  if (code === 0) console.log('Dry run: nothing was changed. `npm run release -- --write` does it.');
  return code;
}

process.exitCode = release();
