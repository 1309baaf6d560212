import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { describe, expect, it } from 'vitest';

import { findFfmpeg } from './find-ffmpeg.js';
import { temporaryFolder } from './testing/made-media.js';

const folder = temporaryFolder();

/** A program that answers like ffmpeg of a version with some encoders. */
async function fakeTool(
  path: string,
  { name = 'ffmpeg', version = '6.1', libavcodec = '60. 31.102', encoders = ['libx264', 'libmp3lame'] } = {},
): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const list = encoders.map((encoder) => ` V....D ${encoder}  some encoder`).join('\n');
  await writeFile(
    path,
    `#!/bin/sh
case "$*" in
  *-encoders*) printf '%s\\n' 'Encoders:' '${list}' ;;
  *) printf '%s\\n' '${name} version ${version} Copyright' 'libavcodec     ${libavcodec} / ${libavcodec}' ;;
esac
`,
  );
  await chmod(path, 0o755);
  return path;
}

describe('findFfmpeg', () => {
  it('finds the binaries of npm and sets their run bit', async () => {
    const first = await findFfmpeg({ env: { PATH: '' } });
    await chmod(first.ffprobe, 0o644);
    const tools = await findFfmpeg({ env: { PATH: '/nowhere' }, encoders: ['libx264', 'libmp3lame'] });
    expect(tools).toMatchObject({ source: 'npm', ffprobeSource: 'npm', rejected: [] });
    expect(tools.libavcodec[0]).toBeGreaterThanOrEqual(58);
    expect(tools.version).not.toBe('');
  });

  it('prefers the environment to PATH, and PATH to npm', async () => {
    const named = await fakeTool(folder.path('env/my ffmpeg'), { version: '7.0' });
    await fakeTool(folder.path('bin/ffmpeg'), { version: '5.1.9-0+deb12u1' });
    await fakeTool(folder.path('bin/ffprobe'), { name: 'ffprobe', version: '5.1.9' });
    const env = { PATH: `/nowhere:${folder.path('bin')}` };
    expect(await findFfmpeg({ env })).toMatchObject({
      ffmpeg: folder.path('bin/ffmpeg'),
      ffprobe: folder.path('bin/ffprobe'),
      version: '5.1.9-0+deb12u1',
      source: 'path',
      libavcodec: [60, 31],
    });
    expect(await findFfmpeg({ env: { ...env, SEA_FFMPEG: named } })).toMatchObject({
      ffmpeg: named,
      version: '7.0',
      source: 'env',
      ffprobeSource: 'path',
    });
  });

  it('passes over one in PATH that will not do, and says so', async () => {
    await fakeTool(folder.path('poor/ffmpeg'), { encoders: ['mpeg4'] });
    const env = { PATH: folder.path('poor') };
    expect(await findFfmpeg({ env })).toMatchObject({ source: 'path' });
    const tools = await findFfmpeg({ env, encoders: ['libx264'] });
    expect(tools.source).toBe('npm');
    expect(tools.rejected).toEqual([
      `${folder.path('poor/ffmpeg')} (path): version 6.1 was built without libx264`,
    ]);
  });

  it.each([
    ['without both encoders', { encoders: ['libmp3lamex'] }, 'was built without libmp3lame and libx264'],
    ['without libx264', { encoders: ['libmp3lame'] }, 'was built without libx264'],
    [
      'too old',
      { version: '3.4.2', libavcodec: '57.107.100' },
      'version 3.4.2 is too old (libavcodec 57.107;',
    ],
    ['another program', { name: 'gzip' }, 'it does not answer as ffmpeg'],
  ])(
    'refuses one named by SEA_FFMPEG that is %s, with the three ways to get one',
    async (name, fake, reason) => {
      const path = await fakeTool(folder.path(`${name}/ffmpeg`), fake);
      const finding = findFfmpeg({
        env: { SEA_FFMPEG: path, PATH: '' },
        encoders: ['libx264', 'libmp3lame'],
      });
      const error: unknown = await finding.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'MediaError', code: 'SEA_FFMPEG_MISSING' });
      expect(error).toHaveProperty('message', expect.stringContaining(`${path} (env): `));
      expect(error).toHaveProperty('message', expect.stringContaining(reason));
      expect(error).toHaveProperty(
        'hint',
        expect.stringMatching(/apt-get install[^]*npm install[^]*SEA_FFMPEG/),
      );
    },
  );

  it('says when the file that a variable names is not there, and finds it once it is', async () => {
    const env = { SEA_FFPROBE: folder.path('late/ffprobe'), PATH: '' };
    await expect(findFfmpeg({ env })).rejects.toThrow('late/ffprobe (env): there is no such file');
    await fakeTool(folder.path('late/ffprobe'), { name: 'ffprobe' });
    expect(await findFfmpeg({ env })).toMatchObject({ ffprobeSource: 'env' });
  });

  it('says when a file may not be executed or cannot be', async () => {
    await writeFile(folder.path('plain'), 'text', { mode: 0o644 });
    await expect(findFfmpeg({ env: { SEA_FFMPEG: folder.path('plain'), PATH: '' } })).rejects.toThrow(
      'it may not be executed',
    );
    await writeFile(folder.path('garbage'), 'no program', { mode: 0o755 });
    await expect(findFfmpeg({ env: { SEA_FFMPEG: folder.path('garbage'), PATH: '' } })).rejects.toThrow(
      'it does not answer as ffmpeg',
    );
  });

  it('looks only once for the same thing', async () => {
    const path = await fakeTool(folder.path('once/ffmpeg'));
    const env = { SEA_FFMPEG: path, PATH: '' };
    const first = await findFfmpeg({ env });
    await copyFile('/dev/null', path);
    expect(await findFfmpeg({ env })).toBe(first);
  });

  it('takes a link in PATH', async () => {
    await fakeTool(folder.path('real/tool'));
    await mkdir(folder.path('links'));
    await symlink(folder.path('real/tool'), folder.path('links/ffmpeg'));
    expect((await findFfmpeg({ env: { PATH: folder.path('links') } })).ffmpeg).toBe(
      folder.path('links/ffmpeg'),
    );
  });
});
