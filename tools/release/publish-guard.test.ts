import { describe, expect, it } from 'vitest';
import { publishFaults, type PublishSituation } from './publish-guard.js';

const inWorkflow: PublishSituation = {
  env: {
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'sea-align/sea-align',
    ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token.example',
    npm_config_provenance: 'true',
  },
  registry: 'https://registry.npmjs.org/',
  staged: true,
  manifest: {
    name: '@sea-align/core',
    version: '1.2.3',
    repository: { url: 'git+https://github.com/sea-align/sea-align.git' },
  },
  tags: ['@sea-align/core@1.2.3'],
  changes: [],
};

describe('publishing', () => {
  it('is allowed to the release workflow, of a clean checkout of its tag', () => {
    expect(publishFaults(inWorkflow)).toEqual([]);
  });

  it.each<[Partial<PublishSituation>, RegExp]>([
    [{ staged: false }, /published from dist/],
    [{ tags: ['@sea-align/core@1.2.2'] }, /no tag @sea-align\/core@1\.2\.3/],
    [{ changes: [' M packages/core/src/index.ts'] }, /differ from HEAD/],
    [{ env: { ...inWorkflow.env, GITHUB_ACTIONS: undefined } }, /only the release workflow/],
    [{ env: { ...inWorkflow.env, ACTIONS_ID_TOKEN_REQUEST_URL: undefined } }, /id-token: write/],
    [{ env: { ...inWorkflow.env, npm_config_provenance: undefined } }, /NPM_CONFIG_PROVENANCE/],
    [{ env: { ...inWorkflow.env, GITHUB_REPOSITORY: 'someone/fork' } }, /this one is someone\/fork/],
  ])('%j is refused', (other, says) => {
    const faults = publishFaults({ ...inWorkflow, ...other });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(says);
  });

  it('from a laptop is refused for every reason at once', () => {
    expect(publishFaults({ ...inWorkflow, env: {} })).toHaveLength(4);
  });

  it.each(['http://localhost:4873/', 'http://127.0.0.1:9/', 'http://[::1]:9/'])(
    'to %s needs no workflow',
    (registry) => {
      expect(publishFaults({ ...inWorkflow, env: {}, registry })).toEqual([]);
      expect(publishFaults({ ...inWorkflow, env: {}, registry, tags: [] })).toHaveLength(1);
    },
  );

  it('a host that only looks local is not', () => {
    expect(publishFaults({ ...inWorkflow, env: {}, registry: 'http://localhost.example/' })).not.toEqual([]);
  });
});
