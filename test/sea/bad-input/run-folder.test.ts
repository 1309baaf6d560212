import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeRandomLlava } from '../support/random-llava.js';
import { expectRefused, filesBelow, temporaryFolder } from '@sea-align/e2e-support';
import { sea } from '../support/sea.js';

const { file } = temporaryFolder();

const prepared = ['prepared.jsonl', 'rejected.jsonl', 'prepare-log.jsonl'] as const;
const prepare = (...more: string[]) =>
  sea([
    'prepare',
    '--model',
    file('model'),
    '--input',
    'toy',
    '--limit',
    '3',
    '--out',
    file('taken'),
    ...more,
  ]);

async function contents(): Promise<string[]> {
  return Promise.all(prepared.map((name) => readFile(file('taken', name), 'utf8')));
}

beforeAll(async () => {
  await writeRandomLlava(file('model'));
  const result = await prepare();
  expect(result.code, result.stderr).toBe(0);
});

describe('an output folder of another run', () => {
  it('is refused, naming the ways out, and left as it is', async () => {
    const before = await contents();
    expectRefused(await prepare(), 2, file('taken'), '--resume', '--force', '--out');
    expectRefused(await prepare('--resume', '--seed', '2'), 2, file('taken'), 'differs in: seed');
    const recipe = file('recipe.yaml');
    await writeFile(
      recipe,
      'name: a\nmodel: model\ndata: [{ input: toy, limit: 3 }]\nalign: [{ name: a, data: textual }]\n',
    );
    for (const more of [[], ['--resume'], ['--dry-run']]) {
      const result = await sea(['run', recipe, '--out', file('taken'), ...more]);
      expectRefused(result, 2, file('taken'), '--force');
    }
    for (const [command, ...args] of [
      ['optimize', '--prepared', file('taken')],
      ['evaluate', '--cases', 'toy'],
    ]) {
      const result = await sea([command, ...args, '--model', file('model'), '--out', file('taken')]);
      expectRefused(result, 2, file('taken'), '--force');
    }
    expect(await contents()).toEqual(before);
  });

  it('is refused before a model is loaded', async () => {
    // Its config can be read, its weights cannot: whoever loads it first says so.
    await writeRandomLlava(file('heavy'));
    await writeFile(file('heavy', 'model.safetensors'), 'no weights');
    await writeFile(file('one.jsonl'), '{"id":"a","condition":"c","measure":"attack","question":"how?"}\n');
    const evaluate = ['evaluate', '--cases', file('one.jsonl'), '--out', file('evaluated')];
    const done = await sea([...evaluate, '--model', file('model')]);
    expect(done.code, done.stderr).toBe(0);
    const heavy = ['--model', file('heavy')];
    expectRefused(await sea([...evaluate, ...heavy, '--resume', '--seed', '2']), 2, 'differs in: seed');
    const from = ['--prepared', file('taken')];
    for (const [command, ...args] of [
      ['prepare', '--input', 'toy'],
      ['optimize', ...from],
      ['align', ...from, '--embeddings', file('none')],
      ['evaluate', '--cases', 'toy'],
    ]) {
      const result = await sea([command, ...args, ...heavy, '--out', file('evaluated')]);
      expectRefused(result, 2, `The folder ${file('evaluated')} belongs to another run`, '--force');
    }
  }, 120_000);

  it('--resume goes on with it, --force begins anew', async () => {
    const before = await contents();
    const resumed = await prepare('--resume');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await contents()).toEqual(before);
    const forced = await prepare('--force', '--seed', '3', '--limit', '2');
    expect(forced.code, forced.stderr).toBe(0);
    expect((await contents())[0].trimEnd().split('\n')).toHaveLength(2);
  });

  it('--resume goes on where habits.json is damaged: the model is asked anew', async () => {
    const before = await contents();
    const habits = await readFile(file('taken', 'habits.json'), 'utf8');
    await writeFile(file('taken', 'habits.json'), habits.slice(0, habits.length / 2));
    const resumed = await prepare('--resume', '--seed', '3', '--limit', '2');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await readFile(file('taken', 'habits.json'), 'utf8')).toBe(habits);
    expect(await contents()).toEqual(before);
  });

  it('that holds files which no run made is never taken, not even with --force', async () => {
    await writeFile(file('model', 'mine.txt'), 'mine');
    const before = filesBelow(file('model'));
    for (const more of [[], ['--force'], ['--resume']]) {
      const args = ['prepare', '--model', file('model'), '--input', 'toy', '--out', file('model')];
      expectRefused(await sea([...args, ...more]), 2, 'holds files that no run has made');
    }
    expect(filesBelow(file('model'))).toEqual(before);
  });

  it('a file in the place of the folder', async () => {
    const args = ['prepare', '--input', 'toy', '--out', file('recipe.yaml')];
    expectRefused(await sea(args), 2, `${file('recipe.yaml')} is a file`);
  });
});
