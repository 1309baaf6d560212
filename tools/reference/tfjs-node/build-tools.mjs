import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { SetupFault } from './setup-fault.mjs';

function onPath(program) {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, program);
    if (folder !== '' && existsSync(file)) return file;
  }
  return undefined;
}

/** node-gyp as npm brings it. */
export function nodeGyp() {
  const npm = onPath('npm');
  const file = npm && path.join(path.dirname(realpathSync(npm)), '../node_modules/node-gyp/bin/node-gyp.js');
  if (file && existsSync(file)) return file;
  throw new SetupFault('node-gyp is not beside npm. Name its bin/node-gyp.js with --node-gyp.');
}

/** Folder that has include/node: Node's own, or the one that is set for npm. */
export function nodeHeaders(named) {
  const places = named
    ? [named]
    : [
        process.env.npm_config_nodedir,
        spawnSync('npm', ['config', 'get', 'nodedir'], { encoding: 'utf8' }).stdout?.trim(),
        path.resolve(realpathSync(process.execPath), '../..'),
      ].filter((place) => place && place !== 'undefined');
  const found = places.find((place) => existsSync(path.join(place, 'include/node/node_api.h')));
  if (found) return found;
  throw new SetupFault(
    `Node's headers (include/node/node_api.h) are not in ${places.join(' or ')}. Name their folder with --nodedir.`,
  );
}

/** @throws SetupFault naming every program that is missing */
export function requireCompiler() {
  const missing = ['make', 'g++', 'python3'].filter((program) => onPath(program) === undefined);
  if (missing.length > 0) throw new SetupFault(`Needed for building and not found: ${missing.join(', ')}.`);
}

/** Runs one step and shows what it prints. */
export function step(what, command, args, options = {}) {
  console.log(`\n== ${what}`);
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (error || status !== 0)
    throw new SetupFault(`${what} failed (${error?.message ?? `exit code ${status}`}); see above.`);
}
