import { expect, it } from 'vitest';
import { publishedManifest } from './published-manifest.js';
import type { WorkspacePackage } from './workspace-packages.js';

const root = {
  name: 'root',
  version: '0.0.0',
  homepage: 'https://example.org/house#readme',
  repository: { type: 'git', url: 'git+https://example.org/house.git' },
  bugs: { url: 'https://example.org/house/issues' },
};
const kite: WorkspacePackage = {
  name: '@sea-align/kite',
  folder: 'packages/kite',
  manifest: {
    name: '@sea-align/kite',
    version: '2.0.0',
    exports: {
      '.': { '@sea-align/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    },
    files: ['dist'],
    scripts: { test: 'vitest run' },
    dependencies: { '@sea-align/core': '*', zod: '^4.6.0' },
    devDependencies: { '@sea-align/tiny-models': '*' },
    nx: { tags: [] },
  },
};

it('names versions of this workspace, and nothing that only the workspace needs', () => {
  const published = publishedManifest(kite, root, new Map([['@sea-align/core', '1.4.2']]));
  expect(published).toEqual({
    name: '@sea-align/kite',
    version: '2.0.0',
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    files: ['dist', 'CHANGELOG.md'],
    scripts: { prepublishOnly: expect.stringContaining('before-publish.ts') as string },
    dependencies: { '@sea-align/core': '^1.4.2', zod: '^4.6.0' },
    homepage: 'https://example.org/house/tree/main/packages/kite#readme',
    repository: { type: 'git', url: 'git+https://example.org/house.git', directory: 'packages/kite' },
    bugs: { url: 'https://example.org/house/issues' },
    publishConfig: { access: 'public' },
  });
});

it('refuses what depends on an unpublished package', () => {
  expect(() => publishedManifest(kite, root, new Map())).toThrow('@sea-align/core, which is not published');
});
