import path from 'node:path';
import { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from 'vitest';
import { workspaceRoot } from '@sea-align/e2e-support';

const rule = '@nx/enforce-module-boundaries';

/** Messages of a rule for a file that is not there, with this text. */
async function faultsOf(eslint: ESLint, file: string, text: string, of = rule): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: path.join(workspaceRoot, file) });
  return result.messages.filter(({ ruleId }) => ruleId === of).map(({ message }) => message);
}

describe('floors of the house', () => {
  let eslint: ESLint;
  beforeAll(() => {
    // The rule reads the project graph; outside of Nx it computes it from the files.
    process.env.NX_DAEMON = 'false';
    eslint = new ESLint({ cwd: workspaceRoot });
  });

  it.each([
    ['packages/core/src/upwards.ts', '@sea-align/mllm'],
    ['packages/core/src/upwards.ts', '@sea-align/sea'],
    ['packages/compute/src/upwards.ts', '@sea-align/mllm'],
    ['packages/mllm/src/upwards.ts', '@sea-align/alignment'],
    ['packages/alignment/src/sideways.ts', '@sea-align/optimizer'],
  ])('%s must not import %s', async (file, imported) => {
    const faults = await faultsOf(eslint, file, `import * as it from '${imported}';\nexport default it;\n`);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/can only depend on|^Circular dependency/);
  });

  it.each([
    ['packages/mllm/src/downwards.ts', '@sea-align/compute'],
    ['apps/sea/src/downwards.ts', '@sea-align/alignment'],
    ['test/downwards.ts', '@sea-align/sea'],
  ])('%s may import %s', async (file, imported) => {
    const text = `import * as it from '${imported}';\nexport default it;\n`;
    expect(await faultsOf(eslint, file, text)).toEqual([]);
  });

  it('nothing imports files inside of another package', async () => {
    const text = "import * as it from '../../compute/src/graph/graph.js';\nexport default it;\n";
    expect(await faultsOf(eslint, 'packages/mllm/src/inside.ts', text)).toHaveLength(1);
    const named = text.replace('../../compute', '@sea-align/compute');
    expect(
      await faultsOf(eslint, 'packages/mllm/src/inside.ts', named, 'no-restricted-imports'),
    ).toHaveLength(1);
  });
});
