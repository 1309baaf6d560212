import { describe, expect, it } from 'vitest';

import * as core from '../index.js';

const classes = {
  CheckpointError: 2,
  ChatError: 1,
  ConfigError: 2,
  DatasetError: 2,
  DiskError: 1,
  EngineError: 1,
  MediaError: 1,
  NumericError: 1,
  RunFolderError: 2,
} as const;
const names = Object.keys(classes) as (keyof typeof classes)[];

describe('error classes', () => {
  it.each(names)('%s is told apart by its marker, has a code, an exit code, a hint and a cause', (name) => {
    const cause = new Error('below');
    const error = new core[name]('what is wrong', { hint: 'do this', details: { a: 1 }, cause });
    expect(error).toMatchObject({
      name,
      message: 'what is wrong',
      hint: 'do this',
      details: { a: 1 },
      cause,
      exitCode: classes[name],
    });
    expect(error.code).toMatch(/^SEA_[A-Z_]+$/);
    expect(core.SeaError.isInstance(error)).toBe(true);
    expect(names.filter((each) => core[each].isInstance(error))).toEqual([name]);
    expect(new core[name]('x', { code: 'SEA_OTHER' }).code).toBe('SEA_OTHER');
  });

  it('knows errors made by another copy of the package', () => {
    const foreign = Object.assign(new Error('x'), {
      [Symbol.for('sea-align.error')]: true,
      [Symbol.for('sea-align.error.DiskError')]: true,
    });
    expect(core.SeaError.isInstance(foreign)).toBe(true);
    expect(core.DiskError.isInstance(foreign)).toBe(true);
    expect(core.ConfigError.isInstance(foreign)).toBe(false);
  });

  it.each([undefined, null, 1, 'text', {}, new Error('x')])('%s is none', (value) => {
    expect(core.SeaError.isInstance(value)).toBe(false);
    expect(names.some((each) => core[each].isInstance(value))).toBe(false);
  });

  it('ConfigError lists all its issues in the message', () => {
    const error = new core.ConfigError('recipe.yaml: 2 faults', {
      issues: [
        { path: 'optimizer.steps', message: 'must be a number' },
        { path: '', message: 'no model' },
      ],
    });
    expect(error.message).toBe('recipe.yaml: 2 faults\n  optimizer.steps: must be a number\n  no model');
    expect(error.issues).toHaveLength(2);
  });

  it('DatasetError names file, line and field, as far as known', () => {
    expect(new core.DatasetError('bad', { file: 'a.jsonl', line: 3, field: 'id' }).message).toBe(
      'a.jsonl:3: id: bad',
    );
    expect(new core.DatasetError('bad', { file: 'a.jsonl' }).message).toBe('a.jsonl: bad');
    expect(new core.DatasetError('bad').message).toBe('bad');
  });

  it('DiskError.from explains system codes and passes other errors on', () => {
    const full = core.DiskError.from(Object.assign(new Error('x'), { code: 'ENOSPC' }), '/out/a');
    expect(full).toMatchObject({ code: 'SEA_DISK_FULL', errno: 'ENOSPC', path: '/out/a' });
    expect(full).toHaveProperty('message', 'Cannot write /out/a: the disk is full (ENOSPC).');
    const denied = core.DiskError.from(Object.assign(new Error('x'), { code: 'EACCES' }), '/out/a');
    expect(denied).toMatchObject({ code: 'SEA_DISK', errno: 'EACCES' });
    const other = new TypeError('x');
    expect(core.DiskError.from(other, '/out/a')).toBe(other);
    expect(core.DiskError.from(full, '/out/b')).toBe(full);
  });
});
