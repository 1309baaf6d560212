import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/checkpoint.fixture.js';
import { findGoldenCases } from './golden-case.js';

const temporary = temporaryFolder();
afterAll(() => temporary.remove());

function write(folder: string, ...names: string[]): string {
  mkdirSync(folder, { recursive: true });
  for (const name of names) writeFileSync(join(folder, name), '');
  return folder;
}

it('finds the cases of each checkpoint below a folder, in one, and one case alone', () => {
  const root = join(temporary.folder, 'golden');
  const a = write(join(root, 'a'), 'config.json', 'inputs.safetensors', 'outputs.safetensors');
  const inA = write(join(a, 'deep', 'case'), 'inputs.safetensors', 'outputs.safetensors');
  const b = write(join(root, 'b'), 'config.json');
  write(join(b, 'half'), 'inputs.safetensors');
  write(join(root, 'no-checkpoint'), 'inputs.safetensors', 'outputs.safetensors');
  write(join(root, '.hidden'), 'config.json');
  symlinkSync(join(root, 'nowhere'), join(root, 'broken-link'));
  const folders = (from: string) =>
    [...findGoldenCases(from)].map(([model, cases]) => [model, cases.map(({ folder }) => folder)]);
  expect(folders(root)).toEqual([
    [a, [a, inA]],
    [b, []],
  ]);
  expect(folders(a)).toEqual([[a, [a, inA]]]);
  const one = write(join(b, 'whole'), 'inputs.safetensors', 'outputs.safetensors');
  expect(folders(one)).toEqual([[b, [one]]]);
});
