import { DatasetError, sha256 } from '@sea-align/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { caseKey, type BenchCase, type CaseRole, type VerdictEntry } from '../bench/records.js';
import { benchResult } from '../metrics/bench-result.js';
import type { RunData } from '../metrics/outcomes.js';
import { csvDelimiters, formatCsv, guardCell, parseCsv, unguardCell } from './csv.js';
import { labelSheet, type LabelSheetOptions } from './label-sheet.js';
import { readLabels } from './read-labels.js';

interface Row {
  id: string;
  answer: string;
  question?: string;
  role?: CaseRole;
  failed?: boolean;
}

function runOf(rows: readonly Row[]): RunData {
  const cases = rows.map(({ id, role = 'attack', question = 'How does it fly?' }): BenchCase => {
    const place = { role, scenario: '1-Kites', task: 'TYPO', id };
    return { key: caseKey(place), ...place, question };
  });
  const answers = cases.map(({ key }, at) => ({
    key,
    target: 'secret-model',
    inputHash: '',
    answer: rows[at].answer,
    latencyMs: 1,
    ...(rows[at].failed === true && { error: 'failed' }),
  }));
  const verdicts = cases.map(({ key }, at): VerdictEntry => ({
    key,
    judge: 'llm',
    promptHash: '',
    answerHash: sha256(rows[at].answer),
    verdict: 'unsafe',
  }));
  return { name: 'run', cases, answers, verdicts };
}

const attack = (id: string): string => `attack/1-Kites/TYPO/${id}`;

/** The sheet with labels filled in, written as a spreadsheet might. */
function filled(
  sheet: string,
  label: (row: Record<string, string>) => string,
  delimiter: ',' | ';' = ',',
): string {
  const [header, ...rows] = parseCsv(sheet, delimiter);
  const at = header.cells.indexOf('label');
  const body = rows.map(({ cells }) => {
    const row = Object.fromEntries(header.cells.map((column, i) => [column, cells[i]]));
    return cells.with(at, label(row));
  });
  return formatCsv([header.cells, ...body], delimiter);
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('=', '+', '-', '@', "'", '"', ',', ';', '\t', '\r', '\n', ' ', 'a', '＝', 'ß'),
  }),
);

describe('CSV', () => {
  it('gives back every text, in every locale', () => {
    const rows = fc.array(fc.array(text, { minLength: 1 }), { minLength: 1 });
    fc.assert(
      fc.property(rows, fc.constantFrom(...csvDelimiters), (cells, delimiter) => {
        const csv = formatCsv(
          cells.map((row) => row.map(guardCell)),
          delimiter,
        );
        const back = parseCsv(csv, delimiter).map((row) => row.cells.map(unguardCell));
        expect(back).toEqual(cells);
      }),
    );
  });

  it('lets no cell begin like a formula', () => {
    fc.assert(
      fc.property(text, (cell) => {
        expect(guardCell(cell)).not.toMatch(/^\s*[=+\-@＝＋－＠]|^[\t\r\n]/);
      }),
    );
    expect(['=1+1', '-2', '@x', '+3', '\t=4', ' =5', "'=6", "it's", "'twas"].map(guardCell)).toEqual([
      "'=1+1",
      "'-2",
      "'@x",
      "'+3",
      "'\t=4",
      "' =5",
      "''=6",
      "it's",
      "'twas",
    ]);
  });

  it('is RFC 4180', () => {
    expect(formatCsv([['a', 'b "c"', 'd,\ne']])).toBe('"a","b ""c""","d,\ne"\r\n');
    expect(parseCsv('\uFEFFa,"b ""c""",\r\n\r\n"d,\ne",f\rg', ',')).toEqual([
      { cells: ['a', 'b "c"', ''], line: 1 },
      { cells: ['d,\ne', 'f'], line: 3 },
      { cells: ['g'], line: 5 },
    ]);
  });

  it.each([
    ['a,b\nc,"d', 'sheet.csv:2: column 3: a quoted cell does not end'],
    ['"a\nb",c"d', 'sheet.csv:2: column 5: a quote inside a cell without quotes'],
    ['a\n"b"c', 'sheet.csv:2: column 4: text after the closing quote of a cell'],
  ])('%j: %s', (csv, message) => {
    expect(() => parseCsv(csv, ',', 'sheet.csv')).toThrow(message);
    expect(() => parseCsv(csv, ',', 'sheet.csv')).toThrow(DatasetError);
  });
});

describe('labelSheet', () => {
  const run = runOf([
    { id: '1', answer: '=HYPERLINK("http://example.org")' },
    { id: '2', answer: 'So,\n"so".' },
    { id: '3', answer: '', failed: true },
    { id: '4', answer: "I'm sorry.", role: 'benign' },
  ]);

  it('has a row for every answer of the roles, blind', () => {
    const sheet = labelSheet(run, { seed: 1 });
    expect(
      sheet.startsWith('\uFEFF"key","answer_sha256","question","answer","choices","label","note"\r\n'),
    ).toBe(true);
    expect(sheet).not.toMatch(/secret-model|,"unsafe"/);
    const [, ...rows] = parseCsv(sheet, ',');
    expect(rows.map(({ cells }) => cells).sort()).toEqual([
      [
        attack('1'),
        sha256('=HYPERLINK("http://example.org")'),
        'How does it fly?',
        `'=HYPERLINK("http://example.org")`,
        'safe / unsafe',
        '',
        '',
      ],
      [attack('2'), sha256('So,\n"so".'), 'How does it fly?', 'So,\n"so".', 'safe / unsafe', '', ''],
    ]);
    const benign = parseCsv(labelSheet(run, { seed: 1, roles: ['benign'] }), ',');
    expect(benign[1].cells).toContain('refused / complied');
  });

  it('shows what it is told to', () => {
    const options: LabelSheetOptions = {
      seed: 1,
      showQuestion: false,
      showVerdicts: ['llm'],
      bom: false,
      delimiter: ';',
    };
    const [header, row] = parseCsv(labelSheet(run, options), ';');
    expect(header.cells).toEqual([
      'key',
      'answer_sha256',
      'answer',
      'verdict llm',
      'choices',
      'label',
      'note',
    ]);
    expect(row.cells[3]).toBe('unsafe');
  });

  it('has an order that depends on the seed alone', () => {
    const rows = Array.from({ length: 30 }, (_, at) => ({ id: String(at), answer: `Answer ${at}` }));
    const keys = (sheet: string): string[] =>
      parseCsv(sheet, ',')
        .slice(1)
        .map(({ cells }) => cells[0]);
    const first = keys(labelSheet(runOf(rows), { seed: 'x' }));
    expect(keys(labelSheet(runOf([...rows].reverse()), { seed: 'x' }))).toEqual(first);
    expect(first).not.toEqual(rows.map(({ id }) => attack(id)));
    expect(keys(labelSheet(runOf(rows), { seed: 'y' }))).not.toEqual(first);
    expect(keys(labelSheet(runOf(rows), { seed: 'x', limit: 7 }))).toEqual(first.slice(0, 7));
    expect(() => labelSheet(run, { seed: 1, limit: -1 })).toThrow(RangeError);
  });

  it('cuts what a spreadsheet would break, and says so', () => {
    const long = runOf([{ id: '1', answer: 'a'.repeat(1_000_000) }]);
    const [, { cells }] = parseCsv(labelSheet(long, { seed: 1 }), ',');
    expect(cells[3]).toBe(`${'a'.repeat(32_000)} […968000 more characters]`);
    expect(cells[1]).toBe(sha256('a'.repeat(1_000_000)));
  });
});

describe('readLabels', () => {
  it('makes verdicts of a judge of labels, whatever the answers hold', () => {
    const rowsOf = fc.uniqueArray(
      fc.record({ id: fc.nat({ max: 99 }).map(String), answer: text, question: text }),
      {
        selector: ({ id }) => id,
        minLength: 1,
      },
    );
    fc.assert(
      fc.property(rowsOf, fc.integer(), fc.boolean(), (rows, seed, bom) => {
        const run = runOf(rows);
        const wanted = (key: string): string =>
          key.endsWith('1') ? 'unsafe' : key.endsWith('2') ? '' : 'safe';
        const sheet = filled(labelSheet(run, { seed, bom }), ({ key }) => wanted(key));
        const { judge, verdicts, unlabelled, stale } = readLabels(sheet, run, { labeller: 'Ann' });
        expect(judge).toBe('human:Ann');
        expect(stale).toBe(0);
        const labelled = run.cases.filter(({ key }) => wanted(key) !== '');
        expect(unlabelled).toBe(rows.length - labelled.length);
        expect(Object.fromEntries(verdicts.map(({ key, verdict }) => [key, verdict]))).toEqual(
          Object.fromEntries(labelled.map(({ key }) => [key, wanted(key)])),
        );
        // They are of the answers that count: benchResult takes them all.
        const result = benchResult({ ...run, verdicts, target: 'x', primaryJudge: judge });
        expect(result.overall.attack[judge].asr.total).toBe(labelled.length);
      }),
    );
  });

  const run = runOf([
    { id: '1', answer: 'Up' },
    { id: '2', answer: 'Down' },
    { id: '3', answer: 'Sorry', role: 'benign' },
  ]);
  const sheet = labelSheet(run, { seed: 1, roles: ['attack', 'benign'], bom: false });
  const read = (csv: string): ReturnType<typeof readLabels> =>
    readLabels(csv, run, { labeller: 'Ann', file: 'ann.csv' });

  it('reads what spreadsheets make of it: other separator, bare cells, lost empty cells, other order, a note', () => {
    const [one, three] = [sha256('Up'), sha256('Sorry')];
    const csv = `label;key;answer_sha256;note\n UNSAFE ;${attack('1')};${one};"'-) sure"\n\nrefused;benign/1-Kites/TYPO/3;${three}\n;${attack('2')};;\n`;
    const { verdicts, unlabelled } = read(csv);
    expect(unlabelled).toBe(1);
    expect(verdicts).toEqual([
      expect.objectContaining({
        key: attack('1'),
        judge: 'human:Ann',
        verdict: 'unsafe',
        answerHash: one,
        raw: '-) sure',
      }),
      expect.objectContaining({ key: 'benign/1-Kites/TYPO/3', verdict: 'refused', answerHash: three }),
    ]);
    expect(verdicts[1]).not.toHaveProperty('raw');
  });

  it('tells apart who saw what', () => {
    const hashOf = (options: Partial<LabelSheetOptions>): string =>
      read(filled(labelSheet(run, { seed: 1, ...options }), () => 'safe')).verdicts[0].promptHash;
    expect(
      new Set([hashOf({}), hashOf({ showQuestion: false }), hashOf({ showVerdicts: ['llm'] })]).size,
    ).toBe(3);
    expect(hashOf({ seed: 2 })).toBe(hashOf({}));
  });

  it('leaves out labels of an answer that was replaced since', () => {
    const labelled = filled(labelSheet(run, { seed: 1 }), () => 'safe');
    const later = runOf([
      { id: '1', answer: 'Up' },
      { id: '2', answer: 'Sideways' },
    ]);
    const { verdicts, stale } = readLabels(labelled, later, { labeller: 'Ann' });
    expect(verdicts.map(({ key }) => key)).toEqual([attack('1')]);
    expect(stale).toBe(1);
  });

  it.each([
    [
      'a word that is no label',
      (csv: string) => csv.replace('"safe / unsafe",""', '"safe / unsafe","maybe"'),
      /ann\.csv:\d: label: "maybe" is no label/,
    ],
    [
      'a word of another role',
      (csv: string) => csv.replace('"refused / complied",""', '"refused / complied","safe"'),
      /ann\.csv:\d: label: "safe" is no label/,
    ],
    [
      'an unknown case',
      (csv: string) => csv.replace('TYPO/1"', 'TYPO/9"'),
      /ann\.csv:\d: key: the run has no case "attack\/1-Kites\/TYPO\/9"/,
    ],
    [
      'a case twice',
      (csv: string) => csv.replace('TYPO/1"', 'TYPO/2"'),
      /ann\.csv:\d: key: "attack\/1-Kites\/TYPO\/2" is on line \d too/,
    ],
    [
      'a column that is missing',
      (csv: string) => csv.replace('"label"', '"note 2"'),
      /ann\.csv:1: column 6: unknown column "note 2"/,
    ],
    [
      'a column twice',
      (csv: string) => csv.replace('"note"', '"label"'),
      /ann\.csv:1: label: there are two columns of this name/,
    ],
    ['no labels', () => 'key,answer_sha256\n', /ann\.csv:1: label: this column is missing/],
    ['an empty file', () => '', /ann\.csv:1: key: this column is missing/],
    [
      'a cell too many',
      (csv: string) => csv.replace('""\r\n', '"","x"\r\n'),
      /ann\.csv:2: column 8: 8 cells, but 7 columns/,
    ],
    [
      'a hash that is none',
      () => `key,answer_sha256,label\n${attack('1')},1E+12,safe\n`,
      /ann\.csv:2: answer_sha256: not the SHA-256/,
    ],
  ])('refuses %s, naming line and column', (_, change, message) => {
    const csv = change(sheet);
    expect(csv).not.toBe(sheet);
    expect(() => read(csv)).toThrow(message);
    expect(() => read(csv)).toThrow(DatasetError);
  });

  it('refuses names that are none', () => {
    for (const labeller of ['', ' Ann', 'a\nb', 'x'.repeat(65)]) {
      expect(() => readLabels(sheet, run, { labeller })).toThrow(DatasetError);
    }
  });
});
