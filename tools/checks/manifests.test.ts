import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { published, readJson, workspaceRoot } from './locked-packages.js';

interface Manifest {
  name: string;
  description?: string;
  license?: string;
  keywords?: string[];
  engines?: { node?: string };
  files?: string[];
  bin?: Record<string, string>;
  exports?: Record<string, unknown>;
  scripts?: Record<string, string>;
}

const root = readJson<Manifest>('package.json');

describe.each(published)('%s/package.json', (folder) => {
  const manifest = readJson<Manifest>(folder, 'package.json');

  it('says what the package is, and for which Node.js', () => {
    expect(manifest.name).toBe(`@sea-align/${path.basename(folder)}`);
    expect(manifest.description?.length).toBeGreaterThan(15);
    expect(manifest.keywords?.length).toBeGreaterThan(2);
    expect([manifest.license, manifest.engines]).toEqual(['MIT', root.engines]);
    expect(existsSync(path.join(workspaceRoot, folder, 'README.md'))).toBe(true);
  });

  it('promises its index only, built and from source', () => {
    expect(manifest.exports).toEqual({
      '.': {
        '@sea-align/source': './src/index.ts',
        types: './dist/index.d.ts',
        default: './dist/index.js',
      },
      './package.json': './package.json',
    });
    expect(manifest.files).toContain('dist');
    const missing = manifest.files?.filter(
      (name) => name !== 'dist' && !existsSync(path.join(workspaceRoot, folder, name)),
    );
    expect(missing).toEqual([]);
  });

  it('cannot be published past the guard', () => {
    expect(manifest.scripts?.prepublishOnly).toContain('tools/release/before-publish.ts');
  });
});

it('there are packages and both apps', () => {
  expect(published.length).toBeGreaterThan(13);
  expect(published).toEqual(expect.arrayContaining(['apps/sea', 'apps/va-safetybench']));
});
