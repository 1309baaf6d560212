import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeRandomLlava } from '../support/random-llava.js';
import { messageOf, temporaryFolder } from '@sea-align/e2e-support';
import { sea } from '../support/sea.js';

const { file } = temporaryFolder();

/** A shell that mounts a tiny file system of its own: other processes do not see it, and it goes away with the shell. */
const mounting = ['unshare', '-rm', 'sh', '-c'];
const probe = spawnSync(mounting[0], [...mounting.slice(1), 'mount -t tmpfs -o size=64k none /mnt']);
const reason = probe.status === 0 ? '' : ' (skipped: no file system can be mounted here)';

beforeAll(async () => {
  await writeRandomLlava(file('model'));
  await mkdir(file('input'));
  const common = ['--model', file('model')];
  const prepare = await sea([
    'prepare',
    '--input',
    'toy',
    '--limit',
    '40',
    '--out',
    file('input', 'prepared'),
    ...common,
  ]);
  expect(prepare.code, prepare.stderr).toBe(0);
});

/**
 * Runs `sea` with /mnt as a file system of `size`, then copies what it left into `kept`, frees the disk (as a larger one
 * would) and goes on with --resume.
 */
async function onSmallDisk(size: string, kept: string, args: readonly string[]) {
  const script = `mount -t tmpfs -o size=${size} none /mnt && "$@"; code=$?; cp -r /mnt/. '${kept}'; exit $code`;
  await mkdir(kept, { recursive: true });
  return sea([...args, '--out', '/mnt/out'], { wrapper: [...mounting, script, 'sh'] });
}

describe.skipIf(reason !== '')(`a full disk${reason}`, () => {
  it.each([
    ['prepare', '12k', ['prepare', '--input', 'toy']],
    [
      'optimize',
      '24k',
      ['optimize', '--prepared', 'PREPARED', '--set', 'steps=2', '--set', 'verify.enabled=false'],
    ],
    [
      'align',
      '180k',
      [
        'align',
        '--prepared',
        'PREPARED',
        '--embeddings',
        'none',
        '--set',
        'data=textual',
        '--set',
        'trainable.kind=full',
        '--set',
        'options.steps=2',
      ],
    ],
    ['evaluate', '8k', ['evaluate', '--cases', 'toy', '--set', 'maxNewTokens=2']],
  ])(
    'ends `sea %s` with one message; no half-written file; it can be resumed elsewhere',
    async (name, size, args) => {
      const given = args.map((word) => (word === 'PREPARED' ? file('input', 'prepared') : word));
      const common = [...given, '--model', file('model')];
      const kept = file(`kept-${name}`);
      const result = await onSmallDisk(size, kept, common);
      const message = messageOf(result);
      expect(message, result.stderr).toMatch(
        /^sea: Cannot write \/mnt\/out.*: the disk is full \(ENOSPC\)\.\n {5}Free some space/,
      );
      expect(message).not.toMatch(/^\s+at /m);
      expect(result.code).toBe(1);
      const out = file(`resumed-${name}`);
      cpSync(`${kept}/out`, out, { recursive: true });
      const resumed = await sea([...common, '--out', out, '--resume']);
      expect(resumed.code, resumed.stderr).toBe(0);
    },
    120_000,
  );
});
