import { writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeRandomLlava } from '../support/random-llava.js';
import { expectRefused, filesBelow, temporaryFolder } from '@sea-align/e2e-support';
import { sea } from '../support/sea.js';

const { file } = temporaryFolder();
beforeAll(() => writeRandomLlava(file('model')));

const good = JSON.stringify({
  instruction: 'How do I bake a cake?',
  response: 'Mix and bake.',
  harmful: false,
});

async function prepare(name: string, lines: readonly string[], ...more: string[]) {
  const input = file(`${name}.jsonl`);
  await writeFile(input, lines.join('\n'));
  const out = file(`${name}-out`);
  return {
    input,
    out,
    result: await sea(['prepare', '--model', file('model'), '--input', input, '--out', out, ...more]),
  };
}

describe.concurrent('a dataset', () => {
  it('with a line that is not JSON: the line; nothing is written', async () => {
    const { input, out, result } = await prepare('cut', [good, '', good.slice(0, -8), good]);
    expectRefused(result, 2, `${input}:3: `, /JSON/);
    expect(filesBelow(out)).toEqual([]);
  });

  it('with a field of a wrong type: line and field', async () => {
    const { input, out, result } = await prepare('typed', [good, good.replace('false', '"no"')]);
    expectRefused(result, 2, `${input}:2: harmful: `);
    expect(filesBelow(out)).toEqual([]);
  });

  it('of no known format: what is known', async () => {
    const { input, result } = await prepare('odd', [JSON.stringify({ question: 'x', reply: 'y' })]);
    expectRefused(result, 2, `${input}:1: `, 'question, reply', 'instruction + response');
  });

  it('with an id twice: both lines', async () => {
    const row = good.replace('{', '{"id":"a",');
    const { input, result } = await prepare('twice', [row, good, row]);
    expectRefused(result, 2, `${input}:3: id: `, 'line 1');
  });

  it.each(['', '\n\n'])('that is empty (%j)', async (text) => {
    const { input, result } = await prepare(`empty${text.length}`, [text]);
    expectRefused(result, 2, input, 'holds no rows');
  });

  it('that is not there', async () => {
    const result = await sea(['prepare', '--input', file('none.jsonl'), '--out', file('none-out')]);
    expectRefused(result, 2, file('none.jsonl'));
    expect(filesBelow(file('none-out'))).toEqual([]);
  });

  it('whose rows all cannot be used: kept with their reasons, which is said', async () => {
    const { out, result } = await prepare('unusable', [
      JSON.stringify({ instruction: 'Why?', response: 'Because.', harmful: true }),
    ]);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toMatch(/^0 prepared, 1 rejected \(.+ 1\)/);
    expect(filesBelow(out)).toContain('rejected.jsonl');
  });
});

describe.concurrent('prepared samples', () => {
  it('that are faulty: file, line and field', async () => {
    const name = file('prepared-wrong.jsonl');
    await writeFile(name, '{"id":"a"}\n');
    const result = await sea([
      'optimize',
      '--model',
      file('model'),
      '--prepared',
      name,
      '--out',
      file('opt'),
    ]);
    expectRefused(result, 2, `${name}:1: `);
    expect(filesBelow(file('opt'))).toEqual([]);
  });

  it('that are not there: the file', async () => {
    const args = ['--prepared', file('nowhere'), '--out', file('opt')];
    expectRefused(await sea(['optimize', ...args]), 2, file('nowhere'));
    const align = await sea(['align', '--embeddings', file('nowhere'), ...args]);
    expectRefused(align, 2, file('nowhere'));
    expect(filesBelow(file('opt'))).toEqual([]);
  });
});

describe.concurrent('evaluation cases', () => {
  const item = { id: 'a', condition: 'c', measure: 'attack', question: 'q?' };

  async function evaluate(name: string, ...items: object[]) {
    const cases = file(`${name}.jsonl`);
    await writeFile(cases, items.map((each) => JSON.stringify(each)).join('\n'));
    const out = file(`${name}-out`);
    const result = await sea(['evaluate', '--model', file('model'), '--cases', cases, '--out', out]);
    expect(filesBelow(out)).toEqual([]);
    return { cases, result };
  }

  it('with unknown and wrong fields', async () => {
    const { cases, result } = await evaluate('case-wrong', item, {
      ...item,
      id: 'b',
      measure: 'harm',
      colour: 1,
    });
    expectRefused(result, 2, `${cases}:2: `, 'measure', 'colour');
  });

  it('that are faulty are refused before a model is loaded', async () => {
    await writeRandomLlava(file('heavy'));
    await writeFile(file('heavy', 'model.safetensors'), 'no weights');
    await writeFile(file('empty.jsonl'), '');
    const args = ['--cases', file('empty.jsonl'), '--out', file('heavy-out')];
    const result = await sea(['evaluate', '--model', file('heavy'), ...args]);
    expectRefused(result, 2, file('empty.jsonl'), 'holds no cases');
  });

  it('with an image that is not there: line and path', async () => {
    const { cases, result } = await evaluate('case-image', item, { ...item, id: 'b', image: 'none.png' });
    expectRefused(result, 2, `${cases}:2: image: `, file('none.png'));
  });

  it('that ask for accuracy without an expected answer', async () => {
    const { cases, result } = await evaluate('case-expected', { ...item, measure: 'accuracy' });
    expectRefused(result, 2, `${cases}:1: expected: `);
  });

  it('with an id twice', async () => {
    const { cases, result } = await evaluate('case-twice', item, item);
    expectRefused(result, 2, `${cases}:2: id: "a" stands already on line 1`);
  });

  it('that measure two things under one condition', async () => {
    const { cases, result } = await evaluate('case-mixed', item, { ...item, id: 'b', measure: 'benign' });
    expectRefused(result, 2, `${cases}:2: measure: `, 'attack');
  });
});
