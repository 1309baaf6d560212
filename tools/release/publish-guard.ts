/** What is known where `npm publish` is about to run. */
export interface PublishSituation {
  env: Readonly<Record<string, string | undefined>>;
  registry: string;
  /** Whether the folder is one that tools/release/stage.ts made. */
  staged: boolean;
  manifest: { name: string; version: string; repository?: { url?: string } };
  /** Tags at HEAD. */
  tags: readonly string[];
  /** Files that differ from HEAD, new ones among them: what was built from them is in no commit. */
  changes: readonly string[];
}

/** Is the registry on this machine, as in the end-to-end test of the release? */
export function isLocalRegistry(registry: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(registry).hostname);
}

/**
 * Why this must not be published; empty if it may be. What is published was built from a clean checkout of its own tag,
 * and, unless the registry is a local one, by GitHub Actions with a provenance statement.
 */
export function publishFaults(situation: PublishSituation): string[] {
  const { env, manifest, registry } = situation;
  const faults: string[] = [];
  if (!situation.staged) faults.push('packages are published from dist/: `npm run release -- --publish`');
  const tag = `${manifest.name}@${manifest.version}`;
  if (!situation.tags.includes(tag)) {
    faults.push(`HEAD has no tag ${tag}: \`npm run release -- --write\` versions and tags`);
  }
  if (situation.changes.length > 0) faults.push(`files differ from HEAD: ${situation.changes.join(', ')}`);
  if (isLocalRegistry(registry)) return faults;

  if (env.GITHUB_ACTIONS !== 'true') faults.push('only the release workflow of GitHub Actions publishes');
  if (!env.ACTIONS_ID_TOKEN_REQUEST_URL) faults.push('the job lacks the permission `id-token: write`');
  if (env.npm_config_provenance !== 'true') faults.push('NPM_CONFIG_PROVENANCE is not true');
  const home = manifest.repository?.url?.replace(/^git\+https:\/\/github\.com\//, '').replace(/\.git$/, '');
  if (home !== env.GITHUB_REPOSITORY) {
    faults.push(
      `package.json says that the repository is ${home}, this one is ${env.GITHUB_REPOSITORY ?? 'unknown'}`,
    );
  }
  return faults;
}
