import { DatasetError } from '@sea-align/core';

/** Separators that spreadsheets write, by locale. */
export const csvDelimiters = [',', ';', '\t'] as const;
export type CsvDelimiter = (typeof csvDelimiters)[number];

/** What a spreadsheet would run as a formula, were it at the start of a cell; full-width signs too. */
const formula = /^['\s]*[=+\-@＝＋－＠]|^'*[\t\r\n]/;

/**
 * A text that no spreadsheet takes for a formula: one apostrophe before what looks like one. `unguardCell` takes exactly
 * that away again, so every text comes back as it was.
 */
export function guardCell(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

export function unguardCell(cell: string): string {
  return cell.startsWith("'") && formula.test(cell.slice(1)) ? cell.slice(1) : cell;
}

/**
 * CSV by RFC 4180: CRLF at the end of every row, quotes doubled. Every cell is quoted, so that a cell's start is the same
 * in spreadsheets with another separator.
 */
export function formatCsv(rows: Iterable<readonly string[]>, delimiter: CsvDelimiter = ','): string {
  let text = '';
  for (const row of rows) {
    text += row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(delimiter) + '\r\n';
  }
  return text;
}

export interface CsvRow {
  readonly cells: readonly string[];
  /** Where the row starts, counted from 1. */
  readonly line: number;
}

/**
 * Rows of a CSV text; empty lines are left out. Rows may end in CRLF, LF or CR, and the text may begin with a byte order mark.
 *
 * @param file named in errors
 * @throws DatasetError with line and column (of characters, from 1) where the text is not RFC 4180
 */
export function parseCsv(text: string, delimiter: CsvDelimiter, file?: string): CsvRow[] {
  const rows: CsvRow[] = [];
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  let line = 1;
  let lineStart = at;
  const fault = (message: string, hint: string, where = { line, column: at - lineStart + 1 }): DatasetError =>
    new DatasetError(message, { file, line: where.line, field: `column ${where.column}`, hint });

  /** Steps over a line end at `at`, if there is one. */
  const lineEnd = (): boolean => {
    if (text[at] !== '\n' && text[at] !== '\r') return false;
    at += text.startsWith('\r\n', at) ? 2 : 1;
    line++;
    lineStart = at;
    return true;
  };
  const quoted = (): string => {
    const opened = { line, column: at - lineStart + 1 };
    const start = ++at;
    for (;;) {
      if (at >= text.length) {
        throw fault('a quoted cell does not end', 'Close it with ", and write " inside as "".', opened);
      }
      if (text.startsWith('""', at)) at += 2;
      else if (text[at] === '"') break;
      else if (!lineEnd()) at++;
    }
    const cell = text.slice(start, at).replaceAll('""', '"');
    at++;
    if (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') {
      throw fault('text after the closing quote of a cell', 'Write " inside a quoted cell as "".');
    }
    return cell;
  };
  const bare = (): string => {
    const start = at;
    while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') {
      if (text[at] === '"')
        throw fault('a quote inside a cell without quotes', 'Put the whole cell in quotes.');
      at++;
    }
    return text.slice(start, at);
  };

  while (at < text.length) {
    if (lineEnd()) continue;
    const row: CsvRow = { cells: [], line };
    const cells = [text[at] === '"' ? quoted() : bare()];
    while (text[at] === delimiter) {
      at++;
      cells.push(text[at] === '"' ? quoted() : bare());
    }
    rows.push({ ...row, cells });
    lineEnd();
  }
  return rows;
}
