import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** The house's floors: what each may import. Imports go down only. */
const floors = {
  core: [],
  engine: ['core'],
  media: ['core'],
  models: ['core', 'engine', 'media'],
  'embedded-models': ['core', 'engine', 'media', 'models'],
  methods: ['core', 'engine', 'media', 'models', 'embedded-models'],
  apps: ['core', 'engine', 'media', 'models', 'embedded-models', 'methods'],
  // Benchmarks and end-to-end tests stand outside the house and may use all of it.
  top: ['core', 'engine', 'media', 'models', 'embedded-models', 'methods', 'apps'],
};

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
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
  prettier,
);
