import { Rng, sha256 } from '@sea-align/core';
import {
  attackVerdicts,
  refusalVerdicts,
  understandingVerdicts,
  type CaseRole,
  type VerdictEntry,
} from '../bench/records.js';
import { outcomesOf, type Outcome, type RunData } from '../metrics/outcomes.js';
import { formatCsv, guardCell, type CsvDelimiter } from './csv.js';

export interface LabelSheetOptions {
  /** Of the order of rows, and of the choice with `limit`. */
  readonly seed: number | string;
  /** Default: `attack`. */
  readonly roles?: readonly CaseRole[];
  /** So many answers, drawn at random; default: all. */
  readonly limit?: number;
  /** Default true. The published judge sees the answer only. */
  readonly showQuestion?: boolean;
  /** Judges whose verdicts are shown; default none: who labels should not know them. */
  readonly showVerdicts?: readonly string[];
  /** `;` for spreadsheets of locales with a decimal comma; default `,`. */
  readonly delimiter?: CsvDelimiter;
  /** Byte order mark, without which Excel does not take the file for UTF-8; default true. */
  readonly bom?: boolean;
}

/** Columns of a sheet. Further ones, `verdict <judge>`, are for reading only. */
export const labelColumns = {
  key: 'key',
  answerHash: 'answer_sha256',
  question: 'question',
  answer: 'answer',
  choices: 'choices',
  label: 'label',
  note: 'note',
} as const;
export const verdictColumn = (judge: string): string => `verdict ${judge}`;

/** What a label may be. */
export const labelWords: Record<CaseRole, readonly NonNullable<VerdictEntry['verdict']>[]> = {
  attack: attackVerdicts,
  benign: refusalVerdicts,
  understanding: understandingVerdicts,
};

/** Excel breaks a cell that is longer than 32,767 characters into rows. */
const longestCell = 32_000;

/**
 * A CSV sheet to label answers by hand: one row an answer, in random order, `label` and `note` to be filled in. Blind
 * unless told otherwise: neither the model nor any judge's verdict is in it. Texts that a spreadsheet would run as a
 * formula start with an apostrophe; texts too long for a spreadsheet's cell are cut, and say so.
 *
 * @throws RangeError for a `limit` that is no count; DatasetError for two cases with one key
 */
export function labelSheet(run: RunData, options: LabelSheetOptions): string {
  const { roles = ['attack'], limit, showQuestion = true, showVerdicts = [], bom = true } = options;
  if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 0)) {
    throw new RangeError(`labelSheet: limit must be a count, got ${limit}`);
  }
  // By key first: the order must not depend on that of the run's cases.
  const answered = outcomesOf(run)
    .filter(
      ({ case: { role }, answer }) =>
        roles.includes(role) && answer !== undefined && answer.error === undefined,
    )
    .sort((a, b) => (a.case.key < b.case.key ? -1 : 1));
  const rows = new Rng(options.seed, 'label-sheet').shuffle(answered).slice(0, limit);
  const columns = [
    labelColumns.key,
    labelColumns.answerHash,
    ...(showQuestion ? [labelColumns.question] : []),
    labelColumns.answer,
    ...showVerdicts.map((judge) => verdictColumn(judge)),
    labelColumns.choices,
    labelColumns.label,
    labelColumns.note,
  ];
  const body = rows.map((outcome) => columns.map((column) => guardCell(cellOf(outcome, column))));
  return (bom ? '\uFEFF' : '') + formatCsv([columns.map(guardCell), ...body], options.delimiter);
}

function cellOf({ case: benchCase, answer, verdicts }: Outcome, column: string): string {
  switch (column) {
    case labelColumns.key:
      return benchCase.key;
    case labelColumns.answerHash:
      return sha256(answer?.answer ?? '');
    case labelColumns.question:
      return cut(benchCase.question);
    case labelColumns.answer:
      return cut(answer?.answer ?? '');
    case labelColumns.choices:
      return labelWords[benchCase.role].join(' / ');
    case labelColumns.label:
    case labelColumns.note:
      return '';
    default:
      for (const [judge, { verdict }] of verdicts) if (verdictColumn(judge) === column) return verdict ?? '';
      return '';
  }
}

function cut(text: string): string {
  if (text.length <= longestCell) return text;
  return `${text.slice(0, longestCell)} […${text.length - longestCell} more characters]`;
}
