import type { Manifest, WorkspacePackage } from './workspace-packages.js';

/** The export condition by which this workspace runs from source; sources are not published. */
export const sourceCondition = '@sea-align/source';

const guard = 'node --import tsx ../../../tools/release/before-publish.ts';

/**
 * The package.json that goes to the registry: without what only the workspace needs (scripts, development dependencies,
 * Nx settings, the source condition), with where it comes from, and with each package of this workspace as a caret range
 * of the version in this commit, the one that it was tested with.
 * @throws Error if it depends on a package of this workspace that is not published
 */
export function publishedManifest(
  { manifest, folder }: WorkspacePackage,
  root: Manifest,
  versions: ReadonlyMap<string, string>,
): Manifest {
  const published: Manifest = { ...manifest };
  delete published.devDependencies;
  delete published.nx;
  // npm runs it before publishing, never when the package is installed.
  published.scripts = { prepublishOnly: guard };
  published.exports = withoutSource(manifest.exports);
  // Unlike README and LICENSE, npm does not take it by itself.
  published.files = [...((manifest.files ?? []) as string[]), 'CHANGELOG.md'];
  for (const field of ['dependencies', 'optionalDependencies', 'peerDependencies'] as const) {
    if (manifest[field]) published[field] = withRanges(manifest[field], manifest.name, versions);
  }
  const { url } = root.repository as { url: string };
  published.homepage = `${String(root.homepage).replace(/#.*/, '')}/tree/main/${folder}#readme`;
  published.repository = { type: 'git', url, directory: folder };
  published.bugs = root.bugs;
  published.publishConfig = { access: 'public' };
  return published;
}

function withRanges(
  dependencies: Record<string, string>,
  name: string,
  versions: ReadonlyMap<string, string>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(dependencies).map(([dependency, range]) => {
      if (!dependency.startsWith('@sea-align/')) return [dependency, range];
      const version = versions.get(dependency);
      if (!version) throw new Error(`${name} depends on ${dependency}, which is not published.`);
      return [dependency, `^${version}`];
    }),
  );
}

function withoutSource(exports: unknown): unknown {
  if (typeof exports !== 'object' || exports === null) return exports;
  return Object.fromEntries(
    Object.entries(exports)
      .filter(([condition]) => condition !== sourceCondition)
      .map(([condition, target]) => [condition, withoutSource(target)]),
  );
}
