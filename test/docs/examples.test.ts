import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { sourceCommand, startProgram, temporaryFolder, workspaceRoot } from '@sea-align/e2e-support';
import { conceptById, renderScene, sampleScene, tinyLlavaFolder } from '@sea-align/tiny-models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { typeFaults } from './check-types.js';
import { documents } from './documents.js';
import { tsExamples } from './ts-example.js';

const examples = documents().flatMap(tsExamples);
const temporary = temporaryFolder();

// Below the workspace, so that the examples find its packages; `.nx` is nobody's source.
let folder = '';
const fileOf = (index: number): string => path.join(folder, `${index}.ts`);

beforeAll(async () => {
  await mkdir(path.join(workspaceRoot, '.nx'), { recursive: true });
  folder = await mkdtemp(path.join(workspaceRoot, '.nx/examples-'));
  await Promise.all(
    // The last line makes a module of an example that imports nothing.
    examples.map(({ given, code }, i) => writeFile(fileOf(i), `${given}\n${code}\nexport {};\n`)),
  );
  const { png } = await renderScene(
    sampleScene(conceptById('round-bomb'), 'documentation', { style: 'chalk' }),
  );
  await writeFile(temporary.file('picture.png'), png);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What stands for something of the reader's own in the arguments of an example. */
function argument(word: string): string {
  const own: Record<string, string> = {
    '{tiny-llava}': tinyLlavaFolder(),
    '{picture}': temporary.file('picture.png'),
  };
  return own[word] ?? word;
}

describe('examples in the documentation', () => {
  it('every package shows one that is run', () => {
    const packages = readdirSync(path.join(workspaceRoot, 'packages')).filter((name) =>
      existsSync(path.join(workspaceRoot, 'packages', name, 'package.json')),
    );
    const shown = new Set(examples.filter(({ run }) => run).map(({ file }) => file));
    expect(packages.length).toBeGreaterThan(11);
    expect(packages.filter((name) => !shown.has(`packages/${name}/README.md`))).toEqual([]);
  });

  it('all fit the types of the packages', () => {
    const faults = typeFaults(examples.map((_, i) => fileOf(i)));
    const byPlace = examples.map(({ place }, i) => [place, faults.get(fileOf(i))]);
    expect(byPlace.filter(([, found]) => found?.length !== 0)).toEqual([]);
  });

  describe('run', () => {
    it.each(examples.flatMap(({ place, run }, i) => (run ? [{ place, run, i }] : [])))(
      '$place',
      async ({ run, i }) => {
        const cwd = temporary.file(String(i));
        await mkdir(cwd);
        const args = run.args.map(argument);
        const { code, stdout, stderr } = await startProgram(sourceCommand(fileOf(i)), args, { cwd }).done;
        expect(code, stderr).toBe(0);
        for (const text of run.prints) expect(stdout).toContain(text);
      },
    );
  });
});
