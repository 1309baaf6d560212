/** The house's floors: what each may import. Imports go down only. ESLint checks it by each package's tag `layer:NAME`. */
export const floors = {
  core: [],
  engine: ['core'],
  media: ['core'],
  models: ['core', 'engine', 'media'],
  'embedded-models': ['core', 'engine', 'media', 'models'],
  methods: ['core', 'engine', 'media', 'models', 'embedded-models'],
  apps: ['core', 'engine', 'media', 'models', 'embedded-models', 'methods'],
  // What end-to-end tests share: child processes, folders. It knows no package.
  'test-support': [],
  // Benchmarks and end-to-end tests stand outside the house and may use all of it.
  top: ['core', 'engine', 'media', 'models', 'embedded-models', 'methods', 'apps', 'test-support'],
};
