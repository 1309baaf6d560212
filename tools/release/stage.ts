// Puts every published package together under dist/: what `npm pack` would take, with the manifest for the registry.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { publishedManifest } from './published-manifest.js';
import {
  publishedPackages,
  readManifest,
  stagingFolder,
  workspaceRoot,
  type WorkspacePackage,
} from './workspace-packages.js';

interface PackedPackage {
  name: string;
  files: { path: string }[];
}

/** What `files` in each package.json takes, as npm sees it. */
function packedFiles(packages: readonly WorkspacePackage[]): Map<string, string[]> {
  const workspaces = packages.flatMap(({ folder }) => ['--workspace', folder]);
  const json = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', ...workspaces], {
    cwd: workspaceRoot,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
  });
  const packed = JSON.parse(json) as PackedPackage[];
  return new Map(packed.map(({ name, files }) => [name, files.map((file) => file.path)]));
}

function stage(
  item: WorkspacePackage,
  files: readonly string[],
  versions: ReadonlyMap<string, string>,
): void {
  const source = path.join(workspaceRoot, item.folder);
  const target = stagingFolder(item.name);
  rmSync(target, { recursive: true, force: true });
  for (const file of files) {
    mkdirSync(path.dirname(path.join(target, file)), { recursive: true });
    copyFileSync(path.join(source, file), path.join(target, file));
  }
  copyFileSync(path.join(workspaceRoot, 'LICENSE'), path.join(target, 'LICENSE'));
  const changelog = path.join(source, 'CHANGELOG.md');
  if (existsSync(changelog)) copyFileSync(changelog, path.join(target, 'CHANGELOG.md'));
  const manifest = publishedManifest(item, readManifest(workspaceRoot), versions);
  writeFileSync(path.join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const bin of Object.values((manifest.bin ?? {}) as Record<string, string>)) {
    chmodSync(path.join(target, bin), 0o755);
  }
}

const packages = publishedPackages();
const versions = new Map(packages.map(({ name, manifest }) => [name, manifest.version]));
const files = packedFiles(packages);
rmSync(path.join(workspaceRoot, 'dist'), { recursive: true, force: true });
for (const item of packages) stage(item, files.get(item.name) ?? [], versions);
console.log(`${packages.length} packages staged in dist/`);
