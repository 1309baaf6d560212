import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectRefused, filesBelow, temporaryFolder } from '@sea-align/e2e-support';
import { bench, benchHere, mmCase, readJson, treeOf } from './bench.js';

const { file } = temporaryFolder();
beforeAll(async () => {
  await mkdir(file('source'));
  const cases = { 1: mmCase('juggle oranges'), 2: mmCase('dance a waltz') };
  await writeFile(file('source', '06-Fraud.json'), JSON.stringify(cases));
});
const build = (out: string, ...more: string[]) => [
  'build',
  '--source',
  file('source'),
  '--out',
  file(out),
  ...more,
];

/** A program that answers like ffmpeg with this version and these encoders. */
async function fakeTool(name: string, version: string, encoders: string): Promise<string> {
  const path = file(name);
  const lines = [
    '#!/bin/sh',
    `case "$*" in`,
    `*-encoders*) printf '%s\\n' ' V..... ${encoders} x' ;;`,
    `*-version*) printf '%s\\n' '${version}' ;;`,
    `*) exit 1 ;;`,
    'esac',
  ];
  await writeFile(path, `${lines.join('\n')}\n`);
  await chmod(path, 0o755);
  return path;
}

describe('ffmpeg', () => {
  const threeWays = [/1\. install it/, /2\. let npm bring it/, /3\. set SEA_FFMPEG and SEA_FFPROBE/];

  it('missing: says the three ways to get it, before anything is written', async () => {
    const env = { SEA_FFMPEG: file('nowhere') };
    expectRefused(await bench(build('missing'), { env }), 1, /no such file/, ...threeWays);
    expect(filesBelow(file('missing'))).toEqual([]);
  });

  it('too old, or built without an encoder: says which', async () => {
    const old = await fakeTool('old', 'ffmpeg version 3.4.1 x\nlibavcodec     57.107.100 / 57', 'libx264');
    expectRefused(
      await benchHere(build('old'), { env: { SEA_FFMPEG: old } }),
      1,
      /3\.4\.1 is too old/,
      ...threeWays,
    );
    const bare = await fakeTool('bare', 'ffmpeg version 7.1 x\nlibavcodec     61. 19.100 / 61', 'mpeg4');
    expectRefused(
      await benchHere(build('bare'), { env: { SEA_FFMPEG: bare } }),
      1,
      /without .*libx264/,
      ...threeWays,
    );
    const audio = await benchHere(build('bare', '--tasks', 'KPT'), { env: { SEA_FFMPEG: bare } });
    expectRefused(audio, 1, /without libmp3lame/);
  });

  it('is not asked for where no media are wanted', async () => {
    const result = await benchHere(build('text', '--tasks', 'Text_only'), {
      env: { SEA_FFMPEG: file('nowhere') },
    });
    expect(result.code, result.stderr).toBe(0);
  });
});

it('a voice that fails for every case: each is listed, the other task is built', async () => {
  const speech = ['--speech', 'command', '--set', 'speech.command=false {out}'];
  const { code, stdout, stderr } = await benchHere(
    build('command', '--tasks', 'TYPO,KPT', '--json', ...speech),
  );
  expect(code, stderr).toBe(1);
  const { tasks } = JSON.parse(stdout) as {
    tasks: { task: string; built: number; leftOut: { id: string; reason: string }[] }[];
  };
  expect(tasks.map(({ task, built, leftOut }) => [task, built, leftOut.length])).toEqual([
    ['TYPO', 2, 0],
    ['KPT', 0, 2],
  ]);
  expect(readJson(file('command', 'Video_questions', '6-Fraud.json'))).toHaveProperty('1');
  expect(readJson(file('command', 'Audio_questions', '6-Fraud.json'))).toEqual({});
});

/** A shell that mounts a tiny file system of its own: other processes do not see it, and it goes away with the shell. */
const mounting = ['unshare', '-rm', 'sh', '-c'];
const probe = spawnSync(mounting[0], [...mounting.slice(1), 'mount -t tmpfs -o size=64k none /mnt']);
const reason = probe.status === 0 ? '' : ' (skipped: no file system can be mounted here)';

describe.skipIf(reason !== '')(`a full disk${reason}`, () => {
  it.each([
    ['32k', 'before the first file'],
    ['180k', 'among the media'],
  ])(
    'of %s, %s: one message, nothing half-written; goes on elsewhere to the same benchmark',
    async (size) => {
      const kept = file(`kept-${size}`);
      await mkdir(kept);
      const script = `mount -t tmpfs -o size=${size} none /mnt && "$@"; code=$?; cp -r /mnt/. '${kept}'; exit $code`;
      const args = [
        'build',
        '--source',
        file('source'),
        '--out',
        '/mnt/out',
        '--tasks',
        'TYPO,KPT,KPT_noise',
        '--wav',
      ];
      const full = await bench(args, { wrapper: [...mounting, script, 'sh'] });
      expectRefused(full, 1, /the disk is full/, /Free some space/);
      const out = file(`resumed-${size}`);
      await cp(`${kept}/out`, out, { recursive: true });
      const same = args.map((word) => (word === '/mnt/out' ? out : word));
      const resumed = await benchHere(same);
      expect(resumed.code, resumed.stderr).toBe(0);
      // The second time, it is there.
      const whole = await benchHere(args.map((word) => (word === '/mnt/out' ? file('whole') : word)));
      expect(whole.code, whole.stderr).toBe(0);
      expect(treeOf(out)).toEqual(treeOf(file('whole')));
    },
  );
});

describe('wrong input', () => {
  it.each([
    ['a source that is none', ['--source', '/'], /is no source of test cases/],
    ['a scenario that is none', ['--scenarios', '6,42'], /"42" is no scenario/],
    ['a task that is none', ['--tasks', 'KPT,Smell'], /"Smell" is no task/],
    ['a shard that is none', ['--shard', '3/2'], /shard/],
    ['a setting without group', ['--set', 'voice=slt'], /group\.name=value/],
    ['a group that is none', ['--set', 'tpyo.size=1'], /tpyo: unknown key/],
    ['a voice that is none', ['--set', 'speech.voice=nobody'], /voice/],
    ['a rate that is none', ['--set', 'audio.sampleRate=7'], /sampleRate/],
    ['noise that is too loud', ['--set', 'noise.level=3'], /level/],
    ['a server without address', ['--text-to-video', 'http'], /url/],
    [
      'a key in place of its name',
      ['--text-to-video', 'http', '--set', 'textToVideo.apiKeyEnv=hf_abcdef'],
      /NAME of an environment/,
    ],
    ['a limit of nothing', ['--limit', '0'], /at least 1/],
  ])('%s: exit code 2, nothing written', async (_, args, says) => {
    const result = await benchHere(build('wrong', ...args));
    expectRefused(result, 2, says);
    expect(result.stderr).not.toContain('hf_abcdef');
    expect(filesBelow(file('wrong'))).toEqual([]);
  });

  it('a folder with other files in it is never taken', async () => {
    await mkdir(file('foreign'));
    await writeFile(file('foreign', 'letter.txt'), 'Dear all');
    expectRefused(await benchHere(build('foreign', '--force')), 2, /letter\.txt/);
  });
});
