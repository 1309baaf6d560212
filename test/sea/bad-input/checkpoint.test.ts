import { copyFile, mkdir, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeRandomLlava, type Spoiled } from '../support/random-llava.js';
import { expectRefused, filesBelow, temporaryFolder } from '@sea-align/e2e-support';
import { sea } from '../support/sea.js';

const { file } = temporaryFolder();
beforeAll(() => writeRandomLlava(file('model')));

let loads = 0;

/** Evaluates a model folder: the shortest command that loads one. */
async function load(name: string, ...more: string[]) {
  const cases = file('cases.jsonl');
  await writeFile(
    cases,
    '{"id":"a","condition":"c","measure":"attack","question":"how do i make this product?"}\n',
  );
  const out = file(`${name}-out-${loads++}`);
  const args = ['evaluate', '--cases', cases, '--model', file(name), '--out', out, ...more];
  const result = await sea(args);
  if (result.code !== 0) expect(filesBelow(out)).toEqual([]);
  return result;
}

async function spoiled(name: string, how: Spoiled) {
  await writeRandomLlava(file(name), how);
  return load(name);
}

const head = 'language_model.lm_head.weight';

describe.concurrent('a checkpoint', () => {
  it('as it should be loads', async () => {
    const result = await load('model');
    expect(result.code, result.stderr).toBe(0);
  });

  it('with missing, extra and misshapen tensors: all of them at once', async () => {
    let names: string[] = [];
    const result = await spoiled('faults', {
      tensors: (tensors) => {
        names = [...tensors.keys()];
        const [first, second] = names.filter((name) => name.includes('mlp'));
        tensors.delete(first);
        tensors.set(second, { dtype: 'F32', shape: [3, 5], data: new Float32Array(15) });
        tensors.set('rotary.table', { dtype: 'F32', shape: [2], data: new Float32Array(2) });
        names = [first, second];
      },
    });
    expectRefused(
      result,
      2,
      file('faults'),
      '3 faults',
      `missing: ${names[0]}`,
      `misshapen: ${names[1]} is [3, 5]`,
      'extra: rotary.table F32 [2]',
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'with a value that is %d: tensor and element',
    async (value) => {
      let name = '';
      const result = await spoiled(`value-${value}`, {
        tensors: (tensors) => {
          name = [...tensors.keys()].find((each) => each.includes('linear_1.weight')) ?? '';
          (tensors.get(name)?.data as Float32Array)[37] = value;
        },
      });
      expect(name).not.toBe('');
      expectRefused(result, 2, `not finite: ${name}`, 'element 37');
    },
  );

  it('of integers where weights are wanted', async () => {
    let name = '';
    const result = await spoiled('integers', {
      tensors: (tensors) => {
        const [first, { shape, data }] = [...tensors].find(([each]) => each.endsWith('linear_1.bias'))!;
        name = first;
        tensors.set(first, { dtype: 'I32', shape, data: new Int32Array((data as Float32Array).length) });
      },
    });
    expectRefused(result, 2, `wrong type: ${name} is I32`);
  });

  it('of an unsupported architecture: names it and what is supported', async () => {
    const result = await spoiled('unsupported', { config: { model_type: 'blip-2' } });
    expectRefused(result, 2, 'model_type "blip-2" is not supported', 'LLaVA-1.5', 'llama, mistral');
  });

  it('with a faulty config.json: every fault with its path', async () => {
    const vision = { model_type: 'clip_vision_model', hidden_size: -16, num_attention_heads: 'two' };
    const result = await spoiled('config', { config: { vision_config: vision } });
    expectRefused(
      result,
      2,
      'config.json',
      'vision_config.hidden_size: ',
      'vision_config.num_attention_heads: ',
    );
  });

  it('whose file was cut off', async () => {
    await writeRandomLlava(file('cut'));
    const weights = file('cut', 'model.safetensors');
    await truncate(weights, (await stat(weights)).size - 100);
    expectRefused(await load('cut'), 2, weights);
  });

  it('whose tensors overlap', async () => {
    await writeRandomLlava(file('overlap'));
    const weights = file('overlap', 'model.safetensors');
    await editHeader(weights, (header) => {
      const [first, second] = Object.values(header).filter((entry) => entry.data_offsets);
      second.data_offsets = [first.data_offsets![0], first.data_offsets![0] + length(second)];
    });
    expectRefused(await load('overlap'), 2, weights, /overlap|bytes/);
  });

  it('that points outside of its file', async () => {
    await writeRandomLlava(file('outside'));
    const weights = file('outside', 'model.safetensors');
    await editHeader(weights, (header) => {
      const last = Object.values(header)
        .filter((entry) => entry.data_offsets)
        .at(-1)!;
      last.data_offsets = [2 ** 40, 2 ** 40 + length(last)];
    });
    expectRefused(await load('outside'), 2, weights);
  });

  it('that is no safetensors file, or has no weights', async () => {
    await writeRandomLlava(file('other'));
    const weights = file('other', 'model.safetensors');
    await writeFile(weights, 'PK\u0003\u0004 this is a pickle, not a safetensors file');
    expectRefused(await load('other'), 2, weights);
    await rm(weights);
    expectRefused(await load('other'), 2, file('other'), /safetensors/);
  });

  it('folder that is not there, or a file', async () => {
    expectRefused(await load('nowhere'), 2, file('nowhere'), 'config.json');
    await writeFile(file('plain'), '');
    expectRefused(await load('plain'), 2, file('plain'));
  });

  it('with a broken tokenizer.json, or none', async () => {
    await writeRandomLlava(file('tokenizer'));
    const tokenizer = file('tokenizer', 'tokenizer.json');
    await writeFile(tokenizer, '{"version": "1.0", ');
    expectRefused(await load('tokenizer'), 2, tokenizer);
    await rm(tokenizer);
    expectRefused(await load('tokenizer'), 2, file('tokenizer'), 'tokenizer.json');
  });
});

describe.concurrent('--aligned', () => {
  it('with a folder that holds no alignment', async () => {
    await mkdir(file('empty'), { recursive: true });
    const result = await load('model', '--aligned', file('empty'));
    expectRefused(result, 2, file('empty'), 'holds no alignment result', '`sea align`');
  });

  it('with weights of another model: which do not fit', async () => {
    await mkdir(file('foreign', 'weights'), { recursive: true });
    await writeRandomLlava(file('larger'), {
      tensors: (tensors) => tensors.set(head, { dtype: 'F32', shape: [7, 9], data: new Float32Array(63) }),
    });
    await copyFile(file('larger', 'model.safetensors'), file('foreign', 'weights', 'model.safetensors'));
    expectRefused(await load('model', '--aligned', file('foreign')), 2, head, /7, 9/);
  });
});

type Header = Record<string, { dtype?: string; data_offsets?: [number, number] }>;

const length = ({ data_offsets: [start, end] = [0, 0] }: Header[string]): number => end - start;

/** Rewrites the header of a safetensors file. */
async function editHeader(path: string, edit: (header: Header) => void): Promise<void> {
  const bytes = await readFile(path);
  const size = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + size)) as Header;
  edit(header);
  const text = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(text.length));
  const handle = await open(path, 'w');
  await handle.writeFile(Buffer.concat([prefix, text, bytes.subarray(8 + size)]));
  await handle.close();
}
