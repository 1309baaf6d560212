import { open, readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { z } from 'zod';
import { DatasetError, listIssues, readJsonl, type JsonlEntry } from '@sea-align/core';
import { detectFormat, rowSchemas, type DatasetFormat, type MappedRow } from './dataset-formats.js';

/** A dataset row with where it stood. `line` is the line of a JSONL file, or the place in a JSON array, from 1. */
export interface DatasetRow extends MappedRow {
  id: string;
  line: number;
  /** The row as it was in the file. */
  raw: unknown;
}

export interface DatasetReaderOptions {
  /** `auto` (default): by the fields of the first row; every further row must have the same format. */
  format?: DatasetFormat | 'auto';
}

/** JSON arrays are read whole; beyond this size the JSONL form is needed. */
const largestArray = 512 * 1024 * 1024;

async function startsAsArray(path: string): Promise<boolean> {
  if (extname(path).toLowerCase() === '.jsonl') return false;
  const handle = await open(path).catch(() => undefined);
  if (handle === undefined) return false; // The JSONL reader names the fault.
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    return buffer
      .toString('utf8', 0, bytesRead)
      .replace(/^\uFEFF/, '')
      .trimStart()
      .startsWith('[');
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}

async function* readArray(path: string): AsyncGenerator<JsonlEntry<unknown>> {
  const bytes = await readFile(path);
  if (bytes.length > largestArray) {
    throw new DatasetError('a JSON array of more than 512 MiB', {
      file: path,
      hint: 'Write it as JSONL, one row a line.',
    });
  }
  let rows: unknown;
  try {
    rows = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new DatasetError(`not valid JSON (${(error as Error).message})`, { file: path, cause: error });
  }
  for (const [index, value] of (rows as unknown[]).entries()) yield { value, line: index + 1 };
}

function formatOf(row: unknown, file: string, line: number): DatasetFormat {
  const format = detectFormat(row);
  if (format !== undefined) return format;
  const fields = typeof row === 'object' && row !== null ? Object.keys(row).join(', ') : JSON.stringify(row);
  throw new DatasetError(`no known dataset format has the fields of this row (${fields})`, {
    file,
    line,
    hint:
      'Known: instruction + response, or instruction + chosen + rejected (sea); prompt + response_0 + response_1 + ' +
      'is_response_0_safe + is_response_1_safe + safer_response_id (pku-saferlhf); instruction + input + output (alpaca).',
  });
}

function mapRow(raw: unknown, format: DatasetFormat, file: string, line: number): MappedRow {
  const result = rowSchemas[format].safeParse(raw);
  if (result.success) return result.data;
  const issues = listIssues(result.error);
  const [first, ...rest] = issues;
  const others = rest.map(({ path, message }) => `; ${path}: ${message}`).join('');
  throw new DatasetError(`${first.message}${others} (format ${format})`, {
    file,
    line,
    field: first.path === '' ? undefined : first.path,
    details: { issues },
    hint: 'Correct the row, or name the right format.',
  });
}

/**
 * Reads a dataset row by row: JSONL, streaming, or one JSON array. Rows without an id get one from the file's name and
 * the line.
 *
 * @throws DatasetError with file, line and field: no such file, not JSON, fields missing or of a wrong type, a format
 *   that is not known or changes within the file, an id that stands twice.
 */
export async function* readDataset(
  path: string,
  { format = 'auto' }: DatasetReaderOptions = {},
): AsyncGenerator<DatasetRow & { format: DatasetFormat }> {
  const stem = basename(path, extname(path));
  const lineOf = new Map<string, number>();
  let known = format === 'auto' ? undefined : format;
  const rows = (await startsAsArray(path)) ? readArray(path) : readJsonl<unknown>(path, z.unknown());
  for await (const { value: raw, line } of rows) {
    known ??= formatOf(raw, path, line);
    const mapped = mapRow(raw, known, path, line);
    const id = mapped.id ?? `${stem}-${line}`;
    const earlier = lineOf.get(id);
    if (earlier !== undefined) {
      throw new DatasetError(`"${id}" stands already on line ${earlier}`, { file: path, line, field: 'id' });
    }
    lineOf.set(id, line);
    yield { ...mapped, id, line, raw, format: known };
  }
}
