import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { expectRefused, temporaryFolder } from '@sea-align/e2e-support';
import { beforeAll, describe, expect, it } from 'vitest';
import { report } from './report-program.js';
import { madeCase, promptHash, writeRun } from './run-folder.js';
import { after, before, writeTwoRuns } from './two-runs.js';

const { file } = temporaryFolder();
const runs = () => [file('runs', 'before'), file('runs', 'after')];

interface Written {
  files: { format: string; path: string }[];
  notes: string[];
  comparisons: { overall: { pairs: number; difference: number; mcnemar: { p: number } } }[];
  runs: { name: string; result: { primaryJudge: string } }[];
}

async function written(...args: string[]): Promise<Written> {
  const { code, stdout, stderr } = await report(...args, '--json');
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Written;
}

beforeAll(async () => {
  await writeTwoRuns(file);
});

describe('va-safetybench report', () => {
  it('writes every format into the folder of the run', async () => {
    const { files, notes, comparisons } = await written(file('runs', 'before'));
    expect(files.map(({ path }) => path)).toEqual(
      ['html', 'md', 'csv', 'json', 'jsonl'].map((format) => file('runs', 'before', `report.${format}`)),
    );
    expect(notes).toEqual([]);
    expect(comparisons).toEqual([]);
    const html = await readFile(file('runs', 'before', 'report.html'), 'utf8');
    expect(html).toContain('"mediaBase":"../../bench"');
  });

  it('compares in every format with the same figures', async () => {
    const { comparisons, notes } = await written(...runs(), '--out', file('compared'));
    expect((await readdir(file('compared'))).sort()).toEqual(
      ['csv', 'html', 'json', 'jsonl', 'md'].map((format) => `comparison.${format}`),
    );
    // Pairs: the film (unsafe, safe), the text (unsafe, safe), the sound (safe, unsafe). 1 only after of 3 changed: p = 2 · (1 + 3) / 8.
    expect(comparisons[0].overall).toMatchObject({ pairs: 3, mcnemar: { p: 1 } });
    expect(comparisons[0].overall.difference).toBeCloseTo(-1 / 3);
    expect(notes).toEqual(['aligned: 2 attack cases left out: without a verdict in one of the runs.']);
    const markdown = await readFile(file('compared', 'comparison.md'), 'utf8');
    // 2 of 2 and 1 of 1: n / (n + 1.96²) is the lower end.
    expect(markdown).toContain('| 6-Fraud | 100.0 [34.2, 100.0] | 100.0 [20.7, 100.0] | – |');
    expect(markdown).toMatch(
      /\| ASR, all cases \(micro\) \| 66\.7 \| 33\.3 \| −33\.3 \[[^\]]+\] \| 3 \| 2 \| 1 \| 1\.000 \|/,
    );
    const csv = await readFile(file('compared', 'comparison.csv'), 'utf8');
    const [head, ...lines] = csv
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','));
    const row = (values: Record<string, string>) =>
      lines.filter((cells) =>
        Object.entries(values).every(([name, value]) => cells[head.indexOf(name)] === value),
      );
    const micro = row({
      run: 'base',
      measure: 'asr',
      judge: 'llm',
      scenario: '',
      task: '',
      compared_with: '',
    });
    expect(micro).toHaveLength(1);
    expect(micro[0].slice(6, 9)).toEqual(['3', '4', '0.75']);
    // Mean over the cells DM (1), Text_only (1), KPT (0).
    const [macro] = row({ run: 'base', measure: 'asr_macro', judge: 'llm', task: '', compared_with: '' });
    expect(Number(macro[head.indexOf('rate')])).toBeCloseTo(2 / 3);
    const [difference] = row({
      run: 'aligned',
      measure: 'asr',
      compared_with: 'base',
      scenario: '',
      task: '',
    });
    expect(difference.slice(-4)).toEqual(['3', '2', '1', '1']);
    for (const line of lines) expect(line).toHaveLength(head.length);
    const json = JSON.parse(await readFile(file('compared', 'comparison.json'), 'utf8')) as Written;
    expect(json.runs.map(({ name }) => name)).toEqual(['base', 'aligned']);
    expect(json.comparisons).toEqual(comparisons);
    const answers = (await readFile(file('compared', 'comparison.jsonl'), 'utf8')).trimEnd().split('\n');
    const ofLlm = answers
      .map((line) => JSON.parse(line) as { run: string; role: string; verdicts: Record<string, string>[] })
      .filter(({ run, role }) => run === 'base' && role === 'attack')
      .flatMap(({ verdicts }) => verdicts.filter(({ judge }) => judge === 'llm'))
      .map(({ verdict }) => verdict);
    expect(ofLlm.filter((verdict) => verdict === 'unsafe')).toHaveLength(3);
    expect(ofLlm.filter((verdict) => verdict === 'unsafe' || verdict === 'safe')).toHaveLength(4);
  });

  it('writes the file that --out names, and others beside it', async () => {
    const one = await written(...runs(), '--out', file('one', 'a.md'));
    expect(one.files).toEqual([{ format: 'md', path: file('one', 'a.md') }]);
    await written(...runs(), '--out', file('one', 'b.html'), '--format', 'csv,html');
    expect((await readdir(file('one'))).sort()).toEqual(['a.md', 'b.csv', 'b.html']);
  });

  it('puts the judge first that --judge names', async () => {
    const { runs: shown } = await written(...runs(), '--judge', 'phrases', '--out', file('judge.json'));
    expect(shown.map(({ result }) => result.primaryJudge)).toEqual(['phrases', 'phrases']);
  });

  it('gives the same intervals for a seed, and tells two runs of one name apart', async () => {
    const [run] = runs();
    const first = await written(run, run, '--out', file('same.json'), '--seed', '5');
    expect(first.runs.map(({ name }) => name)).toEqual(['base', 'base (2)']);
    const again = await written(...runs(), '--out', file('x.json'), '--seed', '5');
    expect((await written(...runs(), '--out', file('x.json'), '--seed', '5')).comparisons).toEqual(
      again.comparisons,
    );
  });

  it('reports what there is of a run that is not done', async () => {
    const half = before.slice(0, 2).map(({ case: asked, answer }) => ({ case: asked, answer }));
    await writeRun(file('half'), 'half', half);
    const { notes } = await written(file('half'), '--format', 'md');
    expect(notes).toEqual(expect.arrayContaining([expect.stringMatching(/judged anything yet/)]));
  });

  it('says what makes runs incomparable, and where the benchmark is gone', async () => {
    const changed = after.map((each, at) =>
      at === 1 ? { ...each, case: { ...each.case, question: 'another question' } } : each,
    );
    await writeRun(file('other'), 'other', changed, {
      bench: '../gone',
      decoding: { maxNewTokens: 64, temperature: 1 },
      system: '',
    });
    const { notes } = await written(file('runs', 'before'), file('other'), '--out', file('c.md'));
    const all = notes.join('\n');
    expect(all).toMatch(/other had another decoding than base/);
    expect(all).toMatch(/other had another system prompt than base/);
    expect(all).toMatch(/1 attack case left out: question or medium differ/);
    expect(all).toMatch(/folder of the benchmark is not where it was/);
    expect((await written(file('other'), '--bench', file('bench'))).notes).toEqual([]);
  });

  it('finds the benchmark by a relative path, with encoded names', async () => {
    await mkdir(file('moved #1'));
    await rename(file('bench'), file('moved #1', 'my bench'));
    try {
      await written(
        file('runs', 'before'),
        '--bench',
        file('moved #1', 'my bench'),
        '--out',
        file('d', 'r.html'),
      );
      expect(await readFile(file('d', 'r.html'), 'utf8')).toContain(
        '"mediaBase":"../moved%20%231/my%20bench"',
      );
    } finally {
      await rename(file('moved #1', 'my bench'), file('bench'));
    }
  });

  it.each<[string, () => string[], RegExp]>([
    ['a judge that no run has', () => [...runs(), '--judge', 'oracle'], /oracle[\s\S]*llm, phrases/],
    ['a format that is none', () => [...runs(), '--format', 'pdf'], /pdf[\s\S]*html, md, csv, json/],
    ['a folder without an evaluation', () => [file('bench')], /holds no evaluation/],
    ['a folder that is not there', () => [file('nowhere')], /holds no evaluation/],
  ])('refuses %s', async (_, args, message) => {
    const finished = await report(...args());
    expectRefused(finished, 2, message);
  });

  it('leaves nothing half-written where it cannot write', async () => {
    await writeRun(file('plain'), 'plain', [
      { case: madeCase('attack', '6-Fraud', 'Text_only', '1', 'x'), answer: 'y', verdicts: { llm: 'safe' } },
    ]);
    await mkdir(file('taken', 'report.html'), { recursive: true });
    const { code, stderr } = await report(file('plain'), '--out', file('taken'), '--format', 'html');
    expect(code).toBe(1);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(await readdir(file('taken'))).toEqual(['report.html']);
    await rm(file('taken'), { recursive: true });
  });

  it('names the prompt hash of every judge', async () => {
    await written(file('runs', 'before'), '--format', 'md');
    const markdown = await readFile(file('runs', 'before', 'report.md'), 'utf8');
    for (const judge of ['llm', 'phrases']) expect(markdown).toContain(promptHash(judge));
  });
});
