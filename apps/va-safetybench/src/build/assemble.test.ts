import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { assemble } from './assemble.js';
import { readBenchmarkManifest } from './benchmark-manifest.js';
import { BuildFolder } from './build-folder.js';
import { byNumber, nameOf, Records } from './records.js';
import { mediaPath, selectTasks, type MediaTask } from './tasks.js';

let root = '';
let folder: BuildFolder;
let records: Records;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sea-assemble-'));
  folder = new BuildFolder(root);
  records = new Records(folder);
  await folder.prepare();
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function addCase(scenario: string, id: string, tasks: MediaTask[]): Promise<void> {
  const name = nameOf(id);
  const questions = {
    video: { Text_only: `t ${id}`, DM: 'd', TYPO: 'y', DM_TYPO: 'e' },
    audio: { Text_only: `t ${id}`, Audio_only: '', KPT: 'k', KPT_noise: 'n' },
  };
  await records.writeCase({ scenario, id, name, kind: 'product', phrase: id, questions, flags: [] });
  for (const task of tasks) {
    const path = mediaPath(task, scenario, name);
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), 'medium');
    await records.writeMedium({
      ...{ scenario, id, name, task, standIn: task === 'DM', versions: { ffmpeg: id === '2' ? '7' : '6' } },
      files: [{ path, bytes: 6, sha256: 'a', decoded: 'b' }],
      provenance: task === 'DM' ? { generator: 'drawn scenes' } : {},
    });
  }
}

it('writes what is complete, in the order of numbers, and says what is missing', async () => {
  for (const id of ['10', '2', 'b', '../x']) await addCase('6-Fraud', id, ['DM', 'KPT']);
  await addCase('6-Fraud', '3', ['KPT']);
  await addCase('1-IllegalActivitiy', '__proto__', ['DM', 'KPT']);
  const now = [{ scenario: '6-Fraud', id: '3', task: 'DM', reason: 'server down' }];
  const manifest = await assemble(folder, records, selectTasks(['DM']), { seed: 1 }, now);
  expect(await readBenchmarkManifest(root)).toEqual(manifest);

  const fraud = JSON.parse(await readFile(join(root, 'Video_questions/6-Fraud.json'), 'utf8')) as object;
  expect(Object.keys(fraud)).toEqual(['2', '10', 'b', nameOf('../x')].sort(byNumber));
  expect(await readFile(join(root, 'Video_questions/6-Fraud.json'), 'utf8')).toMatch(
    /^{\n {4}"2": {\n {8}"Text_only": "t 2",\n {8}"DM": "d",\n {8}"TYPO": "y",\n {8}"DM_TYPO": "e"\n {4}},\n {4}"10"/,
  );
  expect(manifest.questionFiles.map(({ path, cases }) => [path, cases])).toEqual([
    ['Video_questions/1-IllegalActivitiy.json', 1],
    ['Video_questions/6-Fraud.json', 4],
    ['Audio_questions/1-IllegalActivitiy.json', 1],
    ['Audio_questions/6-Fraud.json', 5],
  ]);
  const illegal = await readFile(join(root, 'Audio_questions/1-IllegalActivitiy.json'), 'utf8');
  expect(illegal).toContain(`"${nameOf('__proto__')}": {`);
  expect(manifest.leftOut).toEqual(now);
  expect(manifest.versions).toEqual({ ffmpeg: ['6', '7'] });
  expect(manifest.standIns).toEqual([
    'DM is by a stand-in for a text-to-video model: drawn scenes (5 files)',
  ]);
});

it('lists what another shard is to build', async () => {
  await addCase('7-Sex', '0', ['TYPO']);
  await addCase('7-Sex', '1', []);
  const { leftOut, questionFiles } = await assemble(folder, records, selectTasks(['TYPO']), {}, []);
  expect(leftOut).toEqual([
    { scenario: '7-Sex', id: '1', task: 'TYPO', reason: expect.stringContaining('not built yet') },
  ]);
  expect(questionFiles).toMatchObject([{ path: 'Video_questions/7-Sex.json', cases: 1 }]);
});

it('text alone: both question files, no media', async () => {
  await addCase('7-Sex', '0', []);
  const { questionFiles, media } = await assemble(folder, records, selectTasks(['Text_only']), {}, []);
  expect(questionFiles.map(({ cases }) => cases)).toEqual([1, 1]);
  expect(media).toEqual([]);
});
