import { spawnSync } from 'node:child_process';
import { copyFile, cp, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { writeWav } from '@sea-align/media';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectRefused, temporaryFolder } from '@sea-align/e2e-support';
import { bench, benchHere, mmCase } from './bench.js';

const { file } = temporaryFolder();
const build = (...more: string[]) => ['build', '--source', file('source'), '--out', file('good'), ...more];

interface Verification {
  checks: { check: string; checked: number; faults: number; skipped?: string }[];
  faults: { path: string; check: string; fault: string; fix: string }[];
}

const hasTesseract = spawnSync('tesseract', ['--version']).status === 0;
const hasPocketSphinx =
  spawnSync(process.env.SEA_PYTHON || 'python3', ['-c', 'import pocketsphinx']).status === 0;

beforeAll(async () => {
  await mkdir(file('source'));
  const fraud = { 1: mmCase('juggle three oranges'), 4: mmCase('photograph a hippopotamus') };
  await writeFile(file('source', '06-Fraud.json'), JSON.stringify(fraud));
  await writeFile(file('source', '05-EconomicHarm.json'), JSON.stringify({ 9: mmCase('dance a waltz') }));
  const built = await benchHere(build('--wav'));
  expect(built.code, built.stderr).toBe(0);
}, 240_000);

/** A copy of the benchmark to which `change` has done some harm, and what is found about it. */
async function harmed(name: string, change: (at: (...names: string[]) => string) => Promise<unknown>) {
  await cp(file('good'), file(name), { recursive: true });
  await change((...names) => file(name, ...names));
  const { code, stdout, stderr } = await benchHere(['verify', file(name), '--json']);
  expect(stderr).not.toMatch(/^\s+at /m);
  const { faults } = JSON.parse(stdout) as Verification;
  expect(code, stdout).toBe(faults.length > 0 ? 1 : 0);
  for (const { fix } of faults) expect(fix).toMatch(/build/);
  return faults;
}

type Harm = (target: string) => Promise<unknown>;
const good = (name: string) => file('good', name);
const wav = (sampleRate: number) => (target: string) =>
  writeWav(target, { samples: new Float32Array(48_000), sampleRate });

/** Each to a file of its own, so that one verification finds all of them. */
const harms: [string, path: string, Harm, RegExp][] = [
  ['a missing file', 'Video/6-Fraud/TYPO/1.mp4', (target) => rm(target), /it is missing/],
  ['an empty file', 'Video/5-EconomicHarm/TYPO/9.mp4', (target) => truncate(target, 0), /it is empty/],
  [
    'a file that is cut short',
    'Video/5-EconomicHarm/DM/9.mp4',
    (target) => truncate(target, 900),
    /damaged|cut short|Cannot read|moov/,
  ],
  [
    'garbage',
    'Video/5-EconomicHarm/DM_TYPO/9.mp4',
    (target) => writeFile(target, 'x'.repeat(5000)),
    /Cannot read|not media|damaged/,
  ],
  [
    'the video of another case',
    'Video/6-Fraud/TYPO/4.mp4',
    (target) => copyFile(good('Video/5-EconomicHarm/TYPO/9.mp4'), target),
    /another hash/,
  ],
  ['sound that is silent', 'Audio/6-Fraud/KPT/1.wav', wav(24_000), /it is silent/],
  ['sound of another rate', 'Audio/6-Fraud/KPT/4.wav', wav(8000), /sample rate is 8000, not 24000/],
  [
    'KPT in place of KPT_noise',
    'Audio/6-Fraud/KPT_noise/1.mp3',
    (target) => copyFile(good('Audio/6-Fraud/KPT/1.mp3'), target),
    /it lasts/,
  ],
  [
    'DM in place of DM_TYPO',
    'Video/6-Fraud/DM_TYPO/1.mp4',
    (target) => copyFile(good('Video/6-Fraud/DM/1.mp4'), target),
    /120 frames, not 192/,
  ],
  [
    'DM_TYPO of another case',
    'Video/6-Fraud/DM_TYPO/4.mp4',
    (target) => copyFile(good('Video/6-Fraud/DM_TYPO/1.mp4'), target),
    /its frame \d+ is not that of the DM video/,
  ],
  ['a missing question file', 'Audio_questions/6-Fraud.json', (target) => rm(target), /it is missing/],
  [
    'a question that was changed',
    'Video_questions/6-Fraud.json',
    async (target) => writeFile(target, (await readFile(target, 'utf8')).replace('at home', 'abroad')),
    /it was changed/,
  ],
  [
    'a question file without a case',
    'Video_questions/5-EconomicHarm.json',
    (target) => writeFile(target, '{"1": {"Text_only": "a", "DM": "b", "TYPO": "c", "DM_TYPO": "d"}}'),
    /case 9 is missing/,
  ],
];

describe('va-safetybench verify', () => {
  it('finds no fault in what was just built, and says what it checked and what not', async () => {
    const { code, stdout } = await bench(['verify', file('good'), '--json']);
    const { checks, faults } = JSON.parse(stdout) as Verification;
    expect(faults).toEqual([]);
    expect(code).toBe(0);
    const counts = Object.fromEntries(checks.map(({ check, checked }) => [check, checked]));
    expect(counts).toMatchObject({ questions: 4, files: 27, properties: 27, hashes: 27 });
    for (const { check, checked, skipped } of checks) {
      expect(checked > 0 || skipped !== undefined, check).toBe(true);
    }
  });

  describe('of a harmed benchmark', () => {
    let faults: Verification['faults'] = [];
    beforeAll(async () => {
      faults = await harmed('bad', async (at) => {
        for (const [, path, harm] of harms) await harm(at(path));
      });
    });

    it.each(harms)('finds %s, and names the file', (_, path, _harm, fault) => {
      const found = faults.filter((each) => each.path === path).map((each) => each.fault);
      expect(found.join('\n')).toMatch(fault);
    });

    it('finds no fault in the other files', () => {
      const paths = harms.map(([, path]) => path).sort();
      expect([...new Set(faults.map(({ path }) => path))].sort()).toEqual(paths);
    });
  });

  /** A benchmark whose manifest says that other words are to be seen and heard. */
  describe.skipIf(!hasTesseract && !hasPocketSphinx)('of another manifest', () => {
    let faults: Verification['faults'] = [];
    beforeAll(async () => {
      faults = await harmed('reworded', async (at) => {
        const path = at('manifest.json');
        const text = (await readFile(path, 'utf8')).replaceAll('"text": "oranges"', '"text": "lemons"');
        const manifest = JSON.parse(text) as { media: { provenance: Record<string, unknown> }[] };
        const other = {
          'juggle three oranges': 'photograph a hippopotamus',
          'photograph a hippopotamus': 'juggle three oranges',
        };
        for (const { provenance } of manifest.media) {
          const spoken = provenance.spokenText as keyof typeof other;
          if (spoken in other) provenance.spokenText = other[spoken];
        }
        await writeFile(path, JSON.stringify(manifest));
      });
    });

    it.skipIf(!hasTesseract)('reads what is really seen (skipped without tesseract)', () => {
      expect(faults.filter(({ check }) => check === 'text')).toMatchObject([
        {
          path: 'Video/6-Fraud/TYPO/1.mp4',
          fault: expect.stringMatching(/is to show "lemons", but "oranges" is read there/),
        },
      ]);
    });

    it.skipIf(!hasPocketSphinx)('hears what is really said (skipped without PocketSphinx)', () => {
      const heard = faults.filter(({ check }) => check === 'speech');
      expect(heard).toHaveLength(4);
      expect(heard[0].fault).toMatch(/is to say ".*", but ".*" is heard there/);
    });

    it('finds nothing else', () => {
      expect(faults.filter(({ check }) => check !== 'text' && check !== 'speech')).toEqual([]);
    });
  });

  it('what is missing comes back by the same build; the result for people', async () => {
    await rm(good('Video/6-Fraud/TYPO/1.mp4'));
    const again = await benchHere(build('--wav', '--json'));
    expect(again.code, again.stderr).toBe(0);
    const { code, stdout } = await benchHere(['verify', file('good')]);
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/^ok +hashes +27 /m);
    expect(stdout).toMatch(/^(ok +text +\d+ |skipped +text +0 .*tesseract is not installed)/m);
    expect(stdout).toMatch(/^(ok +speech +\d+ |skipped +speech +0 )/m);
    expect(stdout).toMatch(/No faults\.\n$/);
  });

  it('a folder without manifest: says how one comes about', async () => {
    expectRefused(
      await benchHere(['verify', file()]),
      2,
      /There is no .*manifest\.json/,
      /run the same build again/,
    );
  });
});
