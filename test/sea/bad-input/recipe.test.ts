import { mkdir, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeRandomLlava } from '../support/random-llava.js';
import { expectRefused, filesBelow, temporaryFolder } from '@sea-align/e2e-support';
import { sea } from '../support/sea.js';

const { file } = temporaryFolder();
beforeAll(() => writeRandomLlava(file('model')));

let recipes = 0;
async function recipe(text: string): Promise<string> {
  const name = file(`recipe-${recipes++}.yaml`);
  await writeFile(name, text);
  return name;
}

const valid = `name: small
model: model
data: [{ input: toy, limit: 4 }]
align: [{ name: a, data: textual }]
`;

describe.concurrent('a recipe', () => {
  it('with unknown, missing and wrong keys: all at once, with file, line and path', async () => {
    const name = await recipe(`name: small
modle: model
data: [{ input: toy, limit: none }]
optimize:
  learningrate: 1
  steps: -3
align:
  - { name: a, method: ppo, trainable: { kind: lora, rang: 4 } }
`);
    const result = await sea(['run', name, '--out', file('unknown-keys')]);
    expectRefused(
      result,
      2,
      `${name}:2: modle: unknown key`,
      /:1: model: /,
      /:3: data\[0\]\.limit: /,
      /:5: optimize\.learningrate: unknown key/,
      /:6: optimize\.steps: /,
      /:8: align\[0\]\.method: /,
      /:8: align\[0\]\.trainable\.rang: unknown key/,
    );
    expect(filesBelow(file('unknown-keys'))).toEqual([]);
  });

  it('that is no YAML: the line', async () => {
    const name = await recipe('name: small\nmodel: [a\nalign: {\n');
    expectRefused(await sea(['run', name]), 2, 'not valid YAML', `${name}:`);
  });

  it('that is not there', async () => {
    const result = await sea(['run', file('none.yaml')]);
    expectRefused(result, 2, `cannot read the recipe ${file('none.yaml')}`, 'ENOENT');
  });

  it('naming files that are not there: dataset, model, cases; nothing is begun', async () => {
    const dataset = await recipe(valid.replace('input: toy', 'input: none.jsonl'));
    const model = await recipe(valid.replace('model: model', 'model: none'));
    const cases = await recipe(`${valid}evaluate: { cases: none.jsonl }\n`);
    for (const [name, wanted] of [
      [dataset, file('none.jsonl')],
      [model, file('none', 'config.json')],
      [cases, file('none.jsonl')],
    ]) {
      for (const more of [[], ['--dry-run']]) {
        const result = await sea(['run', name, '--out', file('missing'), ...more]);
        expectRefused(result, result.code === 1 ? 1 : 2, wanted);
        expect(filesBelow(file('missing'))).toEqual([]);
      }
    }
  });
});

describe.concurrent('--set', () => {
  const optimize = (...settings: string[]) =>
    sea([
      'optimize',
      '--prepared',
      file('none'),
      '--out',
      file('set'),
      ...settings.flatMap((s) => ['--set', s]),
    ]);

  it('with unknown and wrong names: all at once', async () => {
    const result = await optimize('stepps=3', 'stop.lossPerToken=low', 'schedule=cubic');
    expectRefused(result, 2, 'stepps: unknown key', 'stop.lossPerToken: ', 'schedule: ');
    expect(filesBelow(file('set'))).toEqual([]);
  });

  it('that is no setting', async () => {
    expectRefused(await optimize('steps'), 2, '--set steps', 'name=value');
  });
});

describe.concurrent('command-line options', () => {
  it.each([
    [['optimise'], "unknown command 'optimise'"],
    [['prepare', '--input', 'toy'], "'--out <dir>' not specified"],
    [['demo', '--sed', '3'], "unknown option '--sed'"],
    [['demo', '--seed', 'x'], '--seed'],
    [['demo', '--seed', ''], '--seed'],
    [['demo', '--seed', '1e99'], '--seed'],
    [['demo', '--out', ''], /--out.*must not be empty/],
    [['optimize', '--out', 'x', '--prepared', ''], /--prepared.*must not be empty/],
    [['evaluate', '--out', 'x', '--model', ''], /--model.*must not be empty/],
    [['prepare', '--input', 'toy', '--out', 'x', '--set', 'constructor.x=1'], 'constructor: unknown key'],
    [['demo', '--threads', '0'], '--threads'],
    [['prepare', '--input', 'toy', '--out', 'x', '--format', 'csv'], '--format'],
    [['reproduce', '--seeds', '1,1'], 'every seed only once'],
    [['demo', '--engine', 'torch'], 'engine: '],
    [['demo', '--device', 'tpu', '--backend', 'mkl'], /backend: [^]*device: /],
    [['prepare', '--input', 'toy', '--out', 'x', '--shard', '3/2'], 'shard'],
  ])('%j', async (args, says) => {
    const result = await sea(args, { cwd: file() });
    expectRefused(result, 2, says);
    expect(filesBelow(file('x'))).toEqual([]);
    expect(filesBelow(file('runs'))).toEqual([]);
  });

  it('an error as JSON: one object with a stable code on standard output', async () => {
    await mkdir(file('json'), { recursive: true });
    const result = await sea(['run', file('json', 'none.yaml'), '--json']);
    expect(JSON.parse(result.stdout)).toMatchObject({ error: { code: 'SEA_CONFIG' } });
    expect(result.stderr).toContain('cannot read the recipe');
    expect(result.code).toBe(2);
  });

  it('--debug adds the stack trace', async () => {
    const result = await sea(['run', file('none.yaml'), '--debug']);
    expect(result.stderr).toMatch(/^\s+at /m);
    expect(result.code).toBe(2);
  });
});
