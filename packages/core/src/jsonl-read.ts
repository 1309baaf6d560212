import { createReadStream } from 'node:fs';
import { isUtf8 } from 'node:buffer';

import type { z } from 'zod';

import { formatPath, listIssues } from './config-check.js';
import { DatasetError } from './errors/dataset-error.js';
import { errnoOf } from './errors/disk-error.js';

const newline = 0x0a;
const longestLine = 256 * 1024 * 1024;

/** A value of a JSONL file and the line, counted from 1, that it stands on. */
export interface JsonlEntry<T> {
  value: T;
  line: number;
}

/**
 * Reads a JSONL file line by line, checking every line against `schema`. Blank lines, CRLF and a byte order mark are
 * allowed. Throws DatasetError with file, line and field: file missing, line not JSON, not UTF-8, or not fitting.
 */
export async function* readJsonl<T>(path: string, schema: z.ZodType<T>): AsyncGenerator<JsonlEntry<T>> {
  for await (const { text, line } of readLines(path)) {
    if (text.trim() !== '') yield { value: parseLine(text, schema, path, line), line };
  }
}

/** Parses and checks one line. Throws DatasetError; its message names every field that is wrong. */
export function parseLine<T>(text: string, schema: z.ZodType<T>, file: string, line: number): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DatasetError(`not valid JSON (${(error as Error).message})`, {
      file,
      line,
      hint: 'Every line must be one JSON value; correct or remove this line.',
      cause: error,
    });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = listIssues(result.error);
  const [first, ...rest] = issues;
  const others = rest.map(({ path, message }) => `; ${path === '' ? '' : `${path}: `}${message}`);
  throw new DatasetError(first.message + others.join(''), {
    file,
    line,
    field: first.path === '' ? formatPath(result.error.issues[0].path) || undefined : first.path,
    details: { issues },
  });
}

async function* readLines(path: string): AsyncGenerator<{ text: string; line: number }> {
  let line = 0;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const take = (): { text: string; line: number } => {
    line += 1;
    const bytes = Buffer.concat(held);
    held = [];
    heldBytes = 0;
    if (!isUtf8(bytes)) {
      throw new DatasetError('not valid UTF-8', { file: path, line, hint: 'Save the file as UTF-8.' });
    }
    const text = bytes.toString('utf8').replace(/\r$/, '');
    return { text: line === 1 ? text.replace(/^\uFEFF/, '') : text, line };
  };
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 256 * 1024 })) {
      const chunk = piece as Uint8Array;
      let start = 0;
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
        held.push(chunk.subarray(start, end));
        start = end + 1;
        yield take();
      }
      held.push(chunk.subarray(start));
      heldBytes += chunk.length - start;
      if (heldBytes > longestLine) {
        throw new DatasetError('longer than 256 MiB; is this a JSONL file?', { file: path, line: line + 1 });
      }
    }
    if (heldBytes > 0) yield take();
  } catch (error) {
    throw readFault(error, path);
  }
}

function readFault(error: unknown, path: string): unknown {
  const errno = errnoOf(error);
  if (errno === 'ENOENT') {
    return new DatasetError('no such file', {
      file: path,
      hint: 'Check the path of the dataset.',
      cause: error,
    });
  }
  if (errno === 'EISDIR') {
    return new DatasetError('is a folder, a JSONL file is wanted', { file: path, cause: error });
  }
  if (errno === 'EACCES')
    return new DatasetError('may not be read (permission denied)', { file: path, cause: error });
  return error;
}
