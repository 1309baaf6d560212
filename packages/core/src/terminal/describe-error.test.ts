import { ConfigError } from '../errors/config-error.js';
import { DatasetError } from '../errors/dataset-error.js';
import { DiskError } from '../errors/disk-error.js';
import { describe, expect, it } from 'vitest';
import { describeError, errorAsJson, exitCodeOf } from './describe-error.js';

const wrongLine = new DatasetError('is not JSON', {
  file: 'data.jsonl',
  line: 3,
  hint: 'Correct it.',
  cause: new SyntaxError('Unexpected token'),
});

describe('describeError', () => {
  it('gives message and hint of a foreseen fault, no stack trace', () => {
    expect(describeError('sea', wrongLine, false)).toBe('sea: data.jsonl:3: is not JSON\n     Correct it.\n');
  });

  it('adds the stack traces of the error and of its causes on request', () => {
    const text = describeError('sea', wrongLine, true);
    expect(text).toMatch(/DatasetError: .*\n\s+at /);
    expect(text).toMatch(/SyntaxError: Unexpected token\n\s+at /);
  });

  it('says that a fault was not foreseen, and how to see more', () => {
    expect(describeError('sea', new TypeError('x is undefined'), false)).toBe(
      'sea: x is undefined\n     This is not a fault we foresaw: run again with --debug for the stack trace.\n',
    );
    expect(describeError('sea', 'a string', false)).toContain('sea: a string\n');
  });

  it('lets no text of a dataset steer the terminal', () => {
    expect(describeError('sea', new DatasetError('id \u001b[2J'), false)).toBe('sea: id \ufffd[2J\n');
  });
});

describe('exitCodeOf', () => {
  it('is 2 for wrong input, 1 for anything else', () => {
    expect([wrongLine, new ConfigError('x'), new DiskError('x'), new Error('x'), 7].map(exitCodeOf)).toEqual([
      2, 2, 1, 1, 1,
    ]);
  });
});

describe('errorAsJson', () => {
  it('has a stable code', () => {
    expect(errorAsJson(wrongLine)).toEqual({
      error: { code: 'SEA_DATASET', message: 'data.jsonl:3: is not JSON', hint: 'Correct it.' },
    });
    expect(errorAsJson(new Error('x'))).toEqual({ error: { code: 'SEA_UNEXPECTED', message: 'x' } });
  });
});
