import { canonicalJson, DatasetError, sha256 } from '@sea-align/core';
import type { VerdictEntry } from '../bench/records.js';
import { outcomesOf, type Outcome, type RunData } from '../metrics/outcomes.js';
import { csvDelimiters, parseCsv, unguardCell, type CsvDelimiter, type CsvRow } from './csv.js';
import { labelColumns, labelWords, verdictColumn } from './label-sheet.js';

export interface ReadLabelsOptions {
  /** Who labelled: the judge is called `human:<labeller>`. Letters, digits, `.`, `_`, `-` and spaces. */
  readonly labeller: string;
  /** Named in errors. */
  readonly file?: string;
}

export interface Labels {
  readonly judge: string;
  /** To be appended to `verdicts.jsonl`. */
  readonly verdicts: readonly VerdictEntry[];
  /** Rows without a label. */
  readonly unlabelled: number;
  /** Rows labelled for an answer that the run has replaced since: left out. */
  readonly stale: number;
}

/**
 * Labels of a filled-in sheet of `labelSheet`, as verdicts. Rows may be in any order, and some may be gone. Labels may be
 * in any case; a note becomes the verdict's `raw`.
 *
 * The prompt hash tells what the labeller saw beside the answer: the question, other judges' verdicts.
 *
 * @throws DatasetError, naming line and column: not CSV, columns missing or unknown, a key that the run does not have or
 *   that is there twice, a label that is none
 */
export function readLabels(text: string, run: RunData, { labeller, file }: ReadLabelsOptions): Labels {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._ -]{0,63}$/u.test(labeller)) {
    throw new DatasetError(`${JSON.stringify(labeller)} is no name for a labeller`, {
      hint: 'Letters, digits, ".", "_", "-" and spaces, at most 64, a letter or digit first.',
    });
  }
  const [header, ...rows] = parseCsv(text, delimiterOf(text), file);
  const columns = header?.cells.map((cell) => unguardCell(cell).trim()) ?? [];
  checkColumns(columns, header?.line ?? 1, file);
  const outcomes = new Map(outcomesOf(run).map((outcome) => [outcome.case.key, outcome]));

  const seen = new Map<string, number>();
  const verdicts: VerdictEntry[] = [];
  let [unlabelled, stale] = [0, 0];
  const judge = `human:${labeller}`;
  const promptHash = sha256(canonicalJson({ human: columns.filter(isShown).sort() }));
  for (const row of rows) {
    const cell = (column: string): string => unguardCell(row.cells[columns.indexOf(column)] ?? '');
    const fault = (column: string, message: string, hint?: string): DatasetError =>
      new DatasetError(message, { file, line: row.line, field: column, hint });
    checkWidth(row, columns, file);

    const key = cell(labelColumns.key);
    const outcome = outcomes.get(key);
    if (outcome === undefined) {
      throw fault(
        labelColumns.key,
        `the run has no case ${JSON.stringify(key)}`,
        'Is the sheet of another run?',
      );
    }
    const earlier = seen.get(key);
    if (earlier !== undefined) {
      throw fault(
        labelColumns.key,
        `${JSON.stringify(key)} is on line ${earlier} too`,
        'Keep one of the rows.',
      );
    }
    seen.set(key, row.line);

    const said = cell(labelColumns.label).trim().toLowerCase();
    if (said === '') {
      unlabelled++;
      continue;
    }
    const words = labelWords[outcome.case.role];
    const verdict = words.find((word) => word === said);
    if (verdict === undefined) {
      throw fault(
        labelColumns.label,
        `${JSON.stringify(cell(labelColumns.label))} is no label`,
        `Write ${words.join(' or ')}, or leave it empty.`,
      );
    }
    const answerHash = cell(labelColumns.answerHash).trim().toLowerCase();
    if (!/^[0-9a-f]{64}$/.test(answerHash)) {
      throw fault(
        labelColumns.answerHash,
        'not the SHA-256 of an answer',
        'Copy the column from the sheet as made.',
      );
    }
    if (answerHash !== currentHash(outcome)) {
      stale++;
      continue;
    }
    const note = cell(labelColumns.note).trim();
    verdicts.push({ key, judge, promptHash, answerHash, verdict, ...(note !== '' && { raw: note }) });
  }
  return { judge, verdicts, unlabelled, stale };
}

/** The separator that follows the first column's name. */
function delimiterOf(text: string): CsvDelimiter {
  const firstLine = /^\uFEFF?(.*)/.exec(text)?.[1] ?? '';
  const counted = csvDelimiters.map((delimiter) => firstLine.split(delimiter).length);
  return csvDelimiters[counted.indexOf(Math.max(...counted))];
}

const verdictPrefix = verdictColumn('');
const isShown = (column: string): boolean =>
  column === labelColumns.question || column === labelColumns.answer || column.startsWith(verdictPrefix);

function checkColumns(columns: readonly string[], line: number, file: string | undefined): void {
  const fault = (message: string, column?: string): DatasetError =>
    new DatasetError(message, {
      file,
      line,
      field: column,
      hint: 'The first line must be the column names of the sheet as made.',
    });
  const known: readonly string[] = Object.values(labelColumns);
  for (const [at, column] of columns.entries()) {
    if (columns.indexOf(column) !== at) throw fault('there are two columns of this name', column);
    if (!known.includes(column) && !column.startsWith(verdictPrefix)) {
      throw fault(`unknown column ${JSON.stringify(column)}`, `column ${at + 1}`);
    }
  }
  for (const column of [labelColumns.key, labelColumns.answerHash, labelColumns.label]) {
    if (!columns.includes(column)) throw fault('this column is missing', column);
  }
}

/** Spreadsheets leave out empty cells at the end of a row, or add some. */
function checkWidth({ cells, line }: CsvRow, columns: readonly string[], file: string | undefined): void {
  if (cells.slice(columns.length).some((cell) => cell !== '')) {
    throw new DatasetError(`${cells.length} cells, but ${columns.length} columns`, {
      file,
      line,
      field: `column ${columns.length + 1}`,
      hint: 'A cell that holds the separator must be in quotes.',
    });
  }
}

function currentHash({ answer }: Outcome): string | undefined {
  return answer === undefined || answer.error !== undefined ? undefined : sha256(answer.answer);
}
