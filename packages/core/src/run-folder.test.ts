import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import { RunFolderError } from './errors/run-folder-error.js';
import { checkRunFolder, openRunFolder, type RunFolderOptions } from './run-folder.js';

const roots: string[] = [];
let dir = '';
beforeEach(async () => {
  const root = await mkdtemp(join(tmpdir(), 'sea-run-'));
  roots.push(root);
  dir = join(root, 'runs', 'one');
});
afterAll(() => Promise.all(roots.map((root) => rm(root, { recursive: true }))));

const config = { steps: 10, model: { name: 'tiny' } };

async function fault(options: RunFolderOptions): Promise<RunFolderError> {
  const error: unknown = await openRunFolder(dir, options).catch((thrown: unknown) => thrown);
  if (!RunFolderError.isInstance(error)) throw new Error(`wanted a RunFolderError, got ${String(error)}`);
  return error;
}

describe('openRunFolder', () => {
  it('makes a new folder and says whose it is', async () => {
    const run = await openRunFolder(dir, { config });
    expect(run).toMatchObject({ path: dir, resumed: false });
    expect(run.file('images', 'a.png')).toBe(join(dir, 'images', 'a.png'));
    expect(() => run.file('..', 'x')).toThrow(RunFolderError);
    const written: unknown = JSON.parse(await readFile(join(dir, 'run.json'), 'utf8'));
    expect(written).toMatchObject({ format: 1, config, configHash: run.configHash });
  });

  it('refuses the folder of another run, naming both ways out', async () => {
    await openRunFolder(dir, { config });
    const error = await fault({ config });
    expect(error).toMatchObject({ code: 'SEA_RUN_FOLDER_TAKEN', exitCode: 2 });
    expect(error.message).toContain(dir);
    expect(error.hint).toMatch(/--resume.*--force/);
  });

  it('resumes with the same configuration, whatever the order of its keys', async () => {
    const first = await openRunFolder(dir, { config });
    await writeFile(join(dir, 'kept.txt'), 'kept');
    const again = await openRunFolder(dir, { config: { model: { name: 'tiny' }, steps: 10 }, resume: true });
    expect(again).toMatchObject({ resumed: true, configHash: first.configHash });
    expect(await readFile(join(dir, 'kept.txt'), 'utf8')).toBe('kept');
  });

  it('does not resume with another configuration and says what differs', async () => {
    await openRunFolder(dir, { config });
    const error = await fault({ config: { steps: 10, model: { name: 'big' }, extra: 1 }, resume: true });
    expect(error.code).toBe('SEA_RUN_FOLDER_CONFIG');
    expect(error.message).toContain('extra, model.name');
  });

  it('resume of a folder that is new or empty starts a run', async () => {
    await mkdir(dir, { recursive: true });
    expect(await openRunFolder(dir, { config, resume: true })).toMatchObject({ resumed: false });
  });

  it('force removes what the other run made', async () => {
    await openRunFolder(dir, { config });
    await mkdir(join(dir, 'deep'));
    await writeFile(join(dir, 'deep', 'old.txt'), 'old');
    const other = { steps: 20 };
    expect(await openRunFolder(dir, { config: other, force: true })).toMatchObject({ resumed: false });
    expect(await readdir(dir)).toEqual(['run.json']);
    expect(await openRunFolder(dir, { config: other, resume: true })).toMatchObject({ resumed: true });
  });

  it('resume and force: resumes where it can, else starts anew', async () => {
    await openRunFolder(dir, { config });
    expect(await openRunFolder(dir, { config, resume: true, force: true })).toMatchObject({ resumed: true });
    const anew = await openRunFolder(dir, { config: { steps: 1 }, resume: true, force: true });
    expect(anew.resumed).toBe(false);
  });

  it.each([{}, { resume: true }, { force: true }])(
    'never takes a folder with files of someone else (%j)',
    async (way) => {
      await mkdir(dir, { recursive: true });
      await writeFile(join(dir, 'thesis.tex'), 'work of years');
      const error = await fault({ config, ...way });
      expect(error.code).toBe('SEA_RUN_FOLDER_FOREIGN');
      expect(await readFile(join(dir, 'thesis.tex'), 'utf8')).toBe('work of years');
    },
  );

  it('is not disturbed by the rest of a write that was killed', async () => {
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, '.sea-123-0123456789ab.tmp'), '{"half');
    expect(await openRunFolder(dir, { config })).toMatchObject({ resumed: false });
  });

  it('a broken run.json is named; force gets out of it', async () => {
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, 'run.json'), '{"half');
    expect(await fault({ config, resume: true })).toMatchObject({ code: 'SEA_RUN_FOLDER_BROKEN' });
    expect(await openRunFolder(dir, { config, force: true })).toMatchObject({ resumed: false });
  });

  it('a file in place of the folder is named', async () => {
    await mkdir(join(dir, '..'), { recursive: true });
    await writeFile(dir, '');
    expect((await fault({ config })).message).toContain('is a file');
  });
});

describe('checkRunFolder', () => {
  it('throws what opening would throw and changes nothing', async () => {
    await checkRunFolder(dir, { config });
    await expect(readdir(dir)).rejects.toThrow('ENOENT');
    await openRunFolder(dir, { config });
    await writeFile(join(dir, 'kept.txt'), 'kept');
    await expect(checkRunFolder(dir, { config })).rejects.toMatchObject({ code: 'SEA_RUN_FOLDER_TAKEN' });
    await expect(checkRunFolder(dir, { config: {}, resume: true })).rejects.toMatchObject({
      code: 'SEA_RUN_FOLDER_CONFIG',
    });
    await checkRunFolder(dir, { config, resume: true });
    await checkRunFolder(dir, { config: {}, force: true });
    expect((await readdir(dir)).sort()).toEqual(['kept.txt', 'run.json']);
  });

  it('partial: compares only what is known so far', async () => {
    await checkRunFolder(dir, { config: {}, partial: true });
    await openRunFolder(dir, { config });
    const check = (known: object) => checkRunFolder(dir, { config: known, partial: true, resume: true });
    await check({});
    await check({ steps: 10 });
    await check({ steps: 10, absent: undefined });
    await expect(check({ steps: 11 })).rejects.toThrow('It differs in: steps.');
    await expect(check({ other: 1 })).rejects.toMatchObject({ details: { differing: ['other'] } });
    await expect(checkRunFolder(dir, { config: { steps: 10 }, partial: true })).rejects.toMatchObject({
      code: 'SEA_RUN_FOLDER_TAKEN',
    });
    await writeFile(join(dir, 'run.json'), '{"half');
    await expect(check({})).rejects.toMatchObject({ code: 'SEA_RUN_FOLDER_BROKEN' });
  });

  it('names a file in place of the folder', async () => {
    await mkdir(join(dir, '..'), { recursive: true });
    await writeFile(dir, '');
    await expect(checkRunFolder(dir, { config })).rejects.toThrow('is a file');
  });
});
