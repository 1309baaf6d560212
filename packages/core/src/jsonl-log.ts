import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { z } from 'zod';

import { writeAll } from './atomic-file.js';
import { DiskError } from './errors/disk-error.js';
import { FileLock } from './file-lock.js';
import { parseLine } from './jsonl-read.js';
import { jsonLine } from './jsonl-write.js';
import { makeFolder } from './make-folder.js';

/**
 * A JSONL file that a run appends its finished items to, and finds again after it was killed at any point.
 * A line is on disk when `append` resolves. Opening drops a half-written last line; that item is simply done again.
 */
export class JsonlLog<T> {
  readonly path: string;
  /** What the file held when opened and what was appended since, in order. */
  readonly entries: T[];
  /** Bytes of a half-written last line that opening cut off; 0 after a clean end. */
  readonly droppedBytes: number;
  readonly #handle: FileHandle;
  readonly #lock: FileLock;
  readonly #schema: z.ZodType<T>;
  #size: number;
  #queue: Promise<void> = Promise.resolve();

  private constructor(
    path: string,
    schema: z.ZodType<T>,
    handle: FileHandle,
    lock: FileLock,
    tail: CheckedTail<T>,
    total: number,
  ) {
    this.path = path;
    this.#schema = schema;
    this.#handle = handle;
    this.#lock = lock;
    this.entries = tail.entries;
    this.#size = tail.size;
    this.droppedBytes = total - tail.size;
  }

  /**
   * Opens or makes the file. Throws DatasetError for a line before the last that is no JSON, or any line that does
   * not fit `schema`; DiskError if it cannot be written; RunFolderError where another process writes it.
   */
  static async open<T>(path: string, schema: z.ZodType<T>): Promise<JsonlLog<T>> {
    let handle: FileHandle | undefined;
    let lock: FileLock | undefined;
    try {
      await makeFolder(dirname(path));
      lock = await FileLock.acquire(path);
      handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o666);
      const bytes = await handle.readFile();
      const tail = checkTail(bytes, schema, path);
      if (tail.size < bytes.length) await handle.truncate(tail.size);
      if (tail.unterminated) {
        await writeAll(handle, Buffer.from('\n'), tail.size);
        tail.size += 1;
      }
      if (tail.size !== bytes.length) await handle.sync();
      return new JsonlLog(path, schema, handle, lock, tail, Math.max(bytes.length, tail.size));
    } catch (error) {
      await handle?.close();
      await lock?.release();
      throw DiskError.from(error, path);
    }
  }

  /**
   * Appends one value and syncs it to disk; calls may overlap, lines keep the order of the calls. Throws DatasetError
   * if the value, as JSON, would not fit the schema when read again (nothing is written then), and DiskError.
   */
  append(value: T): Promise<void> {
    const done = this.#queue.then(() => this.#append(value));
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async close(): Promise<void> {
    await this.#queue;
    await this.#handle.close();
    await this.#lock.release();
  }

  async #append(value: T): Promise<void> {
    const text = jsonLine(value);
    parseLine(text, this.#schema, this.path, this.entries.length + 1);
    const bytes = Buffer.from(text);
    try {
      await writeAll(this.#handle, bytes, this.#size);
      await this.#handle.datasync();
    } catch (error) {
      // Without this the next line would be glued to half a line.
      await this.#handle.truncate(this.#size).catch(() => undefined);
      throw DiskError.from(error, this.path);
    }
    this.#size += bytes.length;
    this.entries.push(value);
  }
}

interface CheckedTail<T> {
  entries: T[];
  /** Bytes of the file that are good. */
  size: number;
  /** The last good line lacks its line end. */
  unterminated: boolean;
}

function checkTail<T>(bytes: Buffer, schema: z.ZodType<T>, file: string): CheckedTail<T> {
  const entries: T[] = [];
  let line = 0;
  let start = 0;
  while (start < bytes.length) {
    const found = bytes.indexOf(0x0a, start);
    const end = found === -1 ? bytes.length : found;
    const text = bytes.toString('utf8', start, end);
    line += 1;
    const next = found === -1 ? end : end + 1;
    if (next === bytes.length && isHalfWritten(text, found !== -1)) {
      return { entries, size: start, unterminated: false };
    }
    if (text.trim() !== '') entries.push(parseLine(text, schema, file, line));
    start = next;
  }
  return { entries, size: bytes.length, unterminated: bytes.length > 0 && bytes[bytes.length - 1] !== 0x0a };
}

/**
 * A last line without its end is whole only if it is an object or list: of those no beginning is valid JSON, while
 * `12` may be the beginning of `123`. One with its end may still hold a hole that a power cut left.
 */
function isHalfWritten(text: string, terminated: boolean): boolean {
  if (terminated && text.trim() === '') return false;
  try {
    const value: unknown = JSON.parse(text);
    return !terminated && (typeof value !== 'object' || value === null);
  } catch {
    return true;
  }
}
