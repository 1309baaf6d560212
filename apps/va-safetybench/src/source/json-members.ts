import { createReadStream } from 'node:fs';
import { DatasetError, errnoOf } from '@sea-align/core';

/** One member of the object that a JSON file holds; `line` counts from 1 and is where its key stands. */
export interface JsonMember {
  readonly key: string;
  readonly value: unknown;
  readonly line: number;
}

/** Longest member, in UTF-16 units: a case is a few hundred. */
const longestMember = 4 * 1024 * 1024;

type Expecting = 'object' | 'key or end' | 'key' | 'in key' | 'colon' | 'value' | 'in value' | 'end of file';

/**
 * Reads the members of a JSON file's object one by one, in the file's order and without holding the file: `JSON.parse`
 * would sort numeric keys, keep only the last of two equal ones and tell no lines. Throws DatasetError with file and line.
 */
export async function* readJsonMembers(path: string): AsyncGenerator<JsonMember> {
  const scanner = new MemberScanner(path);
  for await (const text of decoded(path)) yield* scanner.take(text);
  scanner.end();
}

async function* decoded(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of createReadStream(path))
      yield decoder.decode(chunk as Uint8Array, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (error instanceof TypeError)
      throw new DatasetError('not valid UTF-8', {
        file: path,
        hint: 'Save the file as UTF-8.',
        cause: error,
      });
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    throw new DatasetError(`cannot be read (${errno})`, { file: path, cause: error });
  }
}

class MemberScanner {
  readonly #path: string;
  #expecting: Expecting = 'object';
  #line = 1;
  #held = '';
  #key = '';
  #keyLine = 1;
  #depth = 0;
  #inString = false;
  #escaped = false;

  constructor(path: string) {
    this.#path = path;
  }

  *take(text: string): Generator<JsonMember> {
    for (const character of text) {
      const member = this.#step(character);
      if (member !== undefined) yield member;
      if (character === '\n') this.#line += 1;
    }
  }

  end(): void {
    if (this.#expecting !== 'end of file') {
      throw this.#fault(
        this.#expecting === 'object' ? 'holds no JSON object' : 'ends in the middle of the JSON',
      );
    }
  }

  #step(character: string): JsonMember | undefined {
    switch (this.#expecting) {
      case 'in key':
        return this.#inKey(character);
      case 'in value':
        return this.#inValue(character);
      default:
        if (!/\s/.test(character)) this.#between(character);
        return undefined;
    }
  }

  /** A character that is not white space, outside of keys and values. */
  #between(character: string): void {
    const expecting = this.#expecting;
    if (expecting === 'object' && character === '{') {
      this.#expecting = 'key or end';
    } else if (expecting === 'key or end' && character === '}') {
      this.#expecting = 'end of file';
    } else if ((expecting === 'key or end' || expecting === 'key') && character === '"') {
      this.#expecting = 'in key';
      this.#held = character;
      this.#keyLine = this.#line;
    } else if (expecting === 'colon' && character === ':') {
      this.#expecting = 'value';
    } else if (expecting === 'value' && character !== ',' && character !== '}') {
      this.#expecting = 'in value';
      this.#held = '';
      this.#depth = 0;
      this.#inString = false;
      this.#inValue(character);
    } else {
      const wanted = expecting === 'object' ? 'a JSON object of id -> case' : expecting;
      throw this.#fault(`not valid JSON: ${JSON.stringify(character)} where ${wanted} is expected`);
    }
  }

  #inKey(character: string): undefined {
    this.#hold(character);
    if (character === '"' && !this.#escaped) {
      this.#key = String(this.#parse(this.#held, this.#keyLine));
      this.#expecting = 'colon';
    }
    this.#escaped = character === '\\' && !this.#escaped;
    return undefined;
  }

  #inValue(character: string): JsonMember | undefined {
    if (!this.#inString && this.#depth === 0 && (character === ',' || character === '}')) {
      const value = this.#parse(this.#held, this.#keyLine, this.#key);
      this.#expecting = character === ',' ? 'key' : 'end of file';
      return { key: this.#key, value, line: this.#keyLine };
    }
    this.#hold(character);
    if (this.#inString) {
      if (character === '"' && !this.#escaped) this.#inString = false;
      this.#escaped = character === '\\' && !this.#escaped;
    } else if (character === '"') {
      this.#inString = true;
    } else if (character === '{' || character === '[') {
      this.#depth += 1;
    } else if (character === '}' || character === ']') {
      this.#depth -= 1;
    }
    return undefined;
  }

  #hold(character: string): void {
    this.#held += character;
    if (this.#held.length > longestMember) throw this.#fault('longer than 4 MiB; is this a file of cases?');
  }

  #parse(text: string, line: number, field?: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new DatasetError(`not valid JSON (${(error as Error).message})`, {
        file: this.#path,
        line,
        field: field === undefined ? undefined : `case ${JSON.stringify(field)}`,
        cause: error,
      });
    }
  }

  #fault(message: string): DatasetError {
    return new DatasetError(message, { file: this.#path, line: this.#line });
  }
}
