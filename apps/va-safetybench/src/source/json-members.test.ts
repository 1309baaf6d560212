import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatasetError } from '@sea-align/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJsonMembers, type JsonMember } from './json-members.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sea-members-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(text: string | Uint8Array): Promise<JsonMember[]> {
  const file = join(folder, 'cases.json');
  await writeFile(file, text);
  const members: JsonMember[] = [];
  for await (const member of readJsonMembers(file)) members.push(member);
  return members;
}

describe('readJsonMembers', () => {
  it('gives members in the order of the file, each with its line, equal keys and all', async () => {
    const text =
      '\uFEFF{\n  "10": {"a": "}, \\"{"},\r\n  "2": [1, [2]], "2": null,\n\n "__proto__": -1.5e3 }\n';
    expect(await read(text)).toEqual([
      { key: '10', value: { a: '}, "{' }, line: 2 },
      { key: '2', value: [1, [2]], line: 3 },
      { key: '2', value: null, line: 3 },
      { key: '__proto__', value: -1500, line: 5 },
    ]);
    expect(await read(' {} \n')).toEqual([]);
  });

  it('reads whatever JSON.stringify writes, at any indentation', async () => {
    const key = fc.string({ unit: 'binary' }).filter((text) => !/^\d+$/.test(text) && text !== '__proto__');
    const keys = fc.dictionary(key, fc.jsonValue(), { noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(keys, fc.nat(4), async (value, indent) => {
        const members = await read(JSON.stringify(value, null, indent));
        const plain = JSON.parse(JSON.stringify(value)) as object;
        expect(members.map(({ key: name, value: member }) => [name, member])).toEqual(Object.entries(plain));
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['', /cases\.json:1: holds no JSON object/],
    ['[]', /cases\.json:1: not valid JSON: "\[" where a JSON object/],
    ['{\n"a": 1,\n"b"', /cases\.json:3: ends in the middle/],
    ['{\n"a": 1\n', /cases\.json:3: ends in the middle/],
    ['{"a": 1} x', /not valid JSON: "x" where end of file/],
    ['{"a" 1}', /not valid JSON: "1" where colon/],
    ['{"a": 1,}', /not valid JSON: "}" where key/],
    ['{\n\n"a": {"b": tru}}', /cases\.json:3: case "a": not valid JSON/],
    ['{"a": }', /not valid JSON: "}" where value/],
    [new Uint8Array([0x7b, 0xff, 0x7d]), /cases\.json: not valid UTF-8/],
    [`{"a": "${'x'.repeat(5 * 2 ** 20)}"}`, /longer than 4 MiB/],
  ])('refuses %j', async (text, message) => {
    const fault = await read(text).catch((error: unknown) => error);
    expect(DatasetError.isInstance(fault)).toBe(true);
    expect((fault as Error).message).toMatch(message);
  });

  it('says that a file is missing', async () => {
    await expect(readJsonMembers(join(folder, 'none.json')).next()).rejects.toThrow(
      /none\.json: cannot be read \(ENOENT\)/,
    );
  });
});
