import { spawnSync } from 'node:child_process';
import { copyFile, cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { writeWav } from '@sea-align/media';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectRefused, temporaryFolder } from '@sea-align/e2e-support';
import { bench, mmCase } from './bench.js';

const { file } = temporaryFolder();
const build = (...more: string[]) => [
  'build',
  '--source',
  file('06-Fraud.json'),
  '--out',
  file('good'),
  ...more,
];

interface Verification {
  checks: { check: string; checked: number; faults: number; skipped?: string }[];
  faults: { path: string; check: string; fault: string; fix: string }[];
}

const hasTesseract = spawnSync('tesseract', ['--version']).status === 0;
const hasPocketSphinx =
  spawnSync(process.env.SEA_PYTHON || 'python3', ['-c', 'import pocketsphinx']).status === 0;

beforeAll(async () => {
  const cases = { 1: mmCase('juggle three oranges'), 4: mmCase('photograph a hippopotamus') };
  await writeFile(file('06-Fraud.json'), JSON.stringify(cases));
  const built = await bench(build('--wav'));
  expect(built.code, built.stderr).toBe(0);
}, 240_000);

/** A copy of the benchmark in which `change` has done some harm, and what is found about it. */
async function harmed(change: (at: (...names: string[]) => string) => Promise<unknown>) {
  await rm(file('bad'), { recursive: true, force: true });
  await cp(file('good'), file('bad'), { recursive: true });
  await change((...names) => file('bad', ...names));
  const { code, stdout, stderr } = await bench(['verify', file('bad'), '--json']);
  expect(stderr).not.toMatch(/^\s+at /m);
  const { faults } = JSON.parse(stdout) as Verification;
  expect(code, stdout).toBe(faults.length > 0 ? 1 : 0);
  for (const { fix } of faults) expect(fix).toMatch(/build/);
  return faults;
}

const [fraud, other] = ['Video/6-Fraud/TYPO/1.mp4', 'Video/6-Fraud/TYPO/4.mp4'];

describe('va-safetybench verify', () => {
  it('finds no fault in what was just built, and says what it checked and what not', async () => {
    const { code, stdout } = await bench(['verify', file('good'), '--json']);
    const { checks, faults } = JSON.parse(stdout) as Verification;
    expect(faults).toEqual([]);
    expect(code).toBe(0);
    const counts = Object.fromEntries(checks.map(({ check, checked }) => [check, checked]));
    expect(counts).toMatchObject({ questions: 2, files: 18, properties: 18, hashes: 18 });
    for (const { check, checked, skipped } of checks) {
      expect(checked > 0 || skipped !== undefined, check).toBe(true);
    }
    const text = await bench(['verify', file('good')]);
    expect(text.stdout).toMatch(/^ok +hashes +18 /m);
    expect(text.stdout).toMatch(/^(ok +text +\d+ |skipped +text +0 .*tesseract is not installed)/m);
    expect(text.stdout).toMatch(/^(ok +speech +\d+ |skipped +speech +0 )/m);
    expect(text.stdout).toMatch(/No faults\.\n$/);
  });

  it.each<[string, (at: (...names: string[]) => string) => Promise<unknown>, string, RegExp]>([
    ['a missing file', (at) => rm(at(fraud)), fraud, /it is missing/],
    ['an empty file', (at) => truncate(at(fraud), 0), fraud, /it is empty/],
    [
      'a file that is cut short',
      (at) => truncate(at(fraud), 900),
      fraud,
      /damaged|cut short|Cannot read|moov/,
    ],
    ['garbage', (at) => writeFile(at(fraud), 'x'.repeat(5000)), fraud, /Cannot read|not media|damaged/],
    ['the video of another case', (at) => copyFile(at(other), at(fraud)), fraud, /another hash/],
    [
      'sound that is silent',
      (at) =>
        writeWav(at('Audio/6-Fraud/KPT/1.wav'), { samples: new Float32Array(48_000), sampleRate: 24_000 }),
      'Audio/6-Fraud/KPT/1.wav',
      /it is silent/,
    ],
    [
      'sound of another rate',
      (at) =>
        writeWav(at('Audio/6-Fraud/KPT/1.wav'), { samples: new Float32Array(48_000), sampleRate: 8000 }),
      'Audio/6-Fraud/KPT/1.wav',
      /sample rate is 8000, not 24000/,
    ],
    [
      'KPT in place of KPT_noise',
      (at) => copyFile(at('Audio/6-Fraud/KPT/1.mp3'), at('Audio/6-Fraud/KPT_noise/1.mp3')),
      'Audio/6-Fraud/KPT_noise/1.mp3',
      /it lasts/,
    ],
    [
      'DM in place of DM_TYPO',
      (at) => copyFile(at('Video/6-Fraud/DM/1.mp4'), at('Video/6-Fraud/DM_TYPO/1.mp4')),
      'Video/6-Fraud/DM_TYPO/1.mp4',
      /120 frames, not 192/,
    ],
    [
      'DM_TYPO of another case',
      (at) => copyFile(at('Video/6-Fraud/DM_TYPO/4.mp4'), at('Video/6-Fraud/DM_TYPO/1.mp4')),
      'Video/6-Fraud/DM_TYPO/1.mp4',
      /its frame \d+ is not that of the DM video/,
    ],
    [
      'a missing question file',
      (at) => rm(at('Audio_questions/6-Fraud.json')),
      'Audio_questions/6-Fraud.json',
      /it is missing/,
    ],
    [
      'a question that was changed',
      async (at) => {
        const path = at('Video_questions/6-Fraud.json');
        await writeFile(path, (await readFile(path, 'utf8')).replace('at home', 'abroad'));
      },
      'Video_questions/6-Fraud.json',
      /it was changed/,
    ],
    [
      'a question file without a case',
      (at) =>
        writeFile(
          at('Video_questions/6-Fraud.json'),
          '{"1": {"Text_only": "a", "DM": "b", "TYPO": "c", "DM_TYPO": "d"}}',
        ),
      'Video_questions/6-Fraud.json',
      /case 4 is missing/,
    ],
  ])('finds %s, and names the file', async (_, change, path, fault) => {
    const faults = await harmed(change);
    expect(faults.map((each) => each.path)).toContain(path);
    const found = faults.filter((each) => each.path === path).map((each) => each.fault);
    expect(found.join('\n')).toMatch(fault);
  });

  /** A benchmark whose manifest says that other words are to be seen or heard. */
  const reworded = (from: string, to: string) =>
    harmed(async (at) => {
      const path = at('manifest.json');
      await writeFile(path, (await readFile(path, 'utf8')).replaceAll(from, to));
    });

  it.skipIf(!hasTesseract)('reads what is really seen (skipped without tesseract)', async () => {
    const faults = await reworded('"text": "oranges"', '"text": "lemons"');
    expect(faults).toMatchObject([
      {
        check: 'text',
        path: 'Video/6-Fraud/TYPO/1.mp4',
        fault: expect.stringMatching(/is to show "lemons", but "oranges" is read there/),
      },
    ]);
  });

  it.skipIf(!hasPocketSphinx)('hears what is really said (skipped without PocketSphinx)', async () => {
    const swapped = await harmed(async (at) => {
      const path = at('manifest.json');
      const manifest = JSON.parse(await readFile(path, 'utf8')) as {
        media: { provenance: Record<string, unknown> }[];
      };
      const other = {
        'juggle three oranges': 'photograph a hippopotamus',
        'photograph a hippopotamus': 'juggle three oranges',
      };
      for (const { provenance } of manifest.media) {
        const text = provenance.spokenText as keyof typeof other;
        if (text in other) provenance.spokenText = other[text];
      }
      await writeFile(path, JSON.stringify(manifest));
    });
    expect(swapped.map(({ check }) => check)).toEqual(Array(4).fill('speech'));
    expect(swapped[0].fault).toMatch(/is to say ".*", but ".*" is heard there/);
  });

  it('what is missing comes back by the same build', async () => {
    await rm(file('good', fraud));
    const again = await bench(build('--wav', '--json'));
    expect(again.code, again.stderr).toBe(0);
    expect((await bench(['verify', file('good'), '--json'])).code).toBe(0);
  });

  it('a folder without manifest: says how one comes about', async () => {
    expectRefused(
      await bench(['verify', file()]),
      2,
      /There is no .*manifest\.json/,
      /run the same build again/,
    );
  });
});
