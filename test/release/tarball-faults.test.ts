import { expect, it } from 'vitest';
import { tarballFaults } from './tarball-faults.js';

const file = (path: string, mode = 0o644) => ({ path, size: 1, mode });
const right = ['LICENSE', 'README.md', 'CHANGELOG.md', 'package.json', 'dist/index.js', 'dist/index.d.ts'];
const kite = { name: '@sea-align/kite', size: 1000 };
const manifest = {
  bin: { kite: 'dist/bin.js' },
  dependencies: { '@sea-align/core': '^1.0.0', zod: '~4.6.0' },
};
const files = [...right.map((path) => file(path)), file('dist/bin.js', 0o755)];

it('a tarball with what it needs and nothing else is right', () => {
  expect(tarballFaults({ ...kite, files }, manifest)).toEqual([]);
});

it.each([
  'dist/graph.test.js',
  'dist/case.fixture.js',
  'dist/testing/model.js',
  'dist/index.js.map',
  'fixtures/a.json',
  'src/index.ts',
  'tsconfig.json',
  'vitest.config.ts',
  '.env',
])('%s would be found', (path) => {
  expect(tarballFaults({ ...kite, files: [...files, file(path)] }, manifest)).toHaveLength(1);
});

it.each([...right, 'dist/bin.js'])('a lack of %s would be found', (path) => {
  const left = files.filter((it) => it.path !== path);
  expect(tarballFaults({ ...kite, files: left }, manifest)).toEqual([expect.stringContaining(path)]);
});

it('programs that cannot be run, sizes and ranges that mean nothing would be found', () => {
  const plain = [...right, 'dist/bin.js'].map((path) => file(path));
  const open = { ...manifest, dependencies: { '@sea-align/core': '*' } };
  expect(tarballFaults({ ...kite, size: 2e6, files: plain }, open)).toEqual([
    'dist/bin.js cannot be executed',
    '2000000 bytes are over the limit of 1000000',
    '@sea-align/core: * is no range of versions',
  ]);
});
