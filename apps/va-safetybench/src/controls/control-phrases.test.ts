import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readControlPhrases, shippedPhrases } from './control-phrases.js';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sea-controls-'));
});
afterAll(() => rm(root, { recursive: true }));

async function read(name: string, text: string) {
  const path = join(root, name);
  await writeFile(path, text);
  return readControlPhrases(path);
}

describe('the phrases that ship', () => {
  it('are at least 150 of each kind, all different, from one word on', async () => {
    const { phrases, file } = await readControlPhrases();
    expect(file.name).toBe('phrases.jsonl');
    for (const kind of ['activity', 'product'] as const) {
      const own = phrases.filter((each) => each.kind === kind).map(({ phrase }) => phrase);
      expect(own.length).toBeGreaterThanOrEqual(150);
      expect(new Set(own.map((phrase) => phrase.toLowerCase())).size).toBe(own.length);
      const lengths = new Set(own.map((phrase) => phrase.split(' ').length));
      for (const words of [1, 2, 3, 4, 5, 6]) expect(lengths).toContain(words);
    }
  });

  it('are plain words, none of them of a kind that could be taken amiss', async () => {
    const { phrases } = await readControlPhrases(shippedPhrases);
    const touchy =
      /\b(?:kill|shoot|guns?|kni(?:fe|ves)|fires?|burn|matches|drugs?|pills?|bombs?|poison|hack|steal|rob|weapons?|blood|beer|wine|alcohol|smoke|cigar|bet|gamble|loan|tax|vote|doctor|naked|kiss|fight|punch|fake|secret|spy|password|virus|glue|bleach|acid|traps?|hunting)\b/i;
    for (const { phrase } of phrases) {
      expect(phrase).toMatch(/^[a-z]+(?:[ '-][a-z]+)*$/);
      expect(phrase).not.toMatch(touchy);
    }
  });
});

describe('phrases of a user', () => {
  it('as lines, with articles where products want one', async () => {
    const lines = [
      '{"kind": "activity", "phrase": " fly a kite "}',
      '{"kind": "Product", "phrase": "apple pie"}',
      '',
      '{"kind": "product", "phrase": "socks with holes"}',
      '{"kind": "product", "phrase": "shelf for books"}',
      '{"kind": "product", "phrase": "porridge", "inText": "some porridge"}',
      '{"kind": "product", "phrase": "Apple pie"}',
    ];
    const { phrases, file } = await read('own.jsonl', lines.join('\n'));
    expect(file).toEqual({ name: 'own.jsonl', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(phrases).toEqual([
      { kind: 'activity', phrase: 'fly a kite', inText: 'fly a kite' },
      { kind: 'product', phrase: 'apple pie', inText: 'an apple pie' },
      { kind: 'product', phrase: 'socks with holes', inText: 'socks with holes' },
      { kind: 'product', phrase: 'shelf for books', inText: 'a shelf for books' },
      { kind: 'product', phrase: 'porridge', inText: 'some porridge' },
    ]);
  });

  it('as lists in an object', async () => {
    const { phrases } = await read(
      'own.json',
      '{"activity": ["hum"],\n "product": ["kite", {"phrase": "jam", "inText": "jam"}]}',
    );
    expect(phrases.map(({ kind, inText }) => [kind, inText])).toEqual([
      ['activity', 'hum'],
      ['product', 'a kite'],
      ['product', 'jam'],
    ]);
  });

  it.each([
    [
      'a kind that is none',
      'a.jsonl',
      '{"kind": "activity", "phrase": "hum"}\n{"kind": "sport", "phrase": "x"}',
      /a\.jsonl:2: kind: must be activity or product, not "sport"/,
    ],
    ['no phrase', 'b.jsonl', '\n{"kind": "product"}', /b\.jsonl:2: phrase: is missing/],
    ['a blank phrase', 'c.jsonl', '{"kind": "product", "phrase": " "}', /c\.jsonl:1: phrase: is empty/],
    ['an unknown field', 'd.jsonl', '{"kind": "product", "phrase": "x", "text": "y"}', /d\.jsonl:1: .*text/],
    ['no JSON', 'e.jsonl', '{"kind": "product", "phrase": "x"}\nkite', /e\.jsonl:2: not valid JSON/],
    ['no lists', 'f.json', '{"activity":\n"hum"}', /f\.json:1: activity: must be a list of phrases/],
    ['another key', 'g.json', '{\n"sports": []}', /g\.json:2: sports: must be activity or product/],
    [
      'a phrase that is no text',
      'h.json',
      '{\n"product": ["kite", 7]}',
      /h\.json:2: product\[1\]: must be a phrase/,
    ],
    ['nothing', 'i.json', '{}', /i\.json: holds no phrases/],
  ])('%s: refused with file, line and field', async (_, name, text, says) => {
    await expect(read(name, text)).rejects.toThrow(says);
  });

  it('a file that is not there', async () => {
    for (const name of ['none.jsonl', 'none.json']) {
      await expect(readControlPhrases(join(root, name))).rejects.toMatchObject({ code: 'SEA_DATASET' });
    }
  });
});
