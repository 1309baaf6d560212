import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { DiskError, errnoOf, MediaError } from '@sea-align/core';

/**
 * Demuxers that may read an input. Not among them: playlists and scripts (hls, concat, …), which would make ffmpeg open
 * other files or addresses, images, subtitles, raw streams without a header, and text.
 */
const containers = [
  'aac,ac3,aiff,amr,ape,asf,au,avi,caf,dts,eac3,flac,flv,gif,h264,hevc,ivf,m4v,matroska,mov,mp3,mpeg,mpegts,mpegvideo',
  'mxf,nut,ogg,tta,w64,wav,wv,yuv4mpegpipe',
].join(',');

/** Arguments that stand before every input: only local files, only real media. */
export const inputGuards = ['-protocol_whitelist', 'file', '-format_whitelist', containers] as const;

/** A path as ffmpeg's `file:` address: never an option (leading '-'), another protocol (`http:`, `concat:`) or a pattern. */
export function fileAddress(path: string): string {
  return `file:${resolve(path)}`;
}

/** @throws MediaError unless `path` is a file with something in it. */
export async function checkMediaFile(path: string): Promise<void> {
  const shown = JSON.stringify(path);
  if (path.includes('\0')) throw new MediaError(`The file name ${shown} contains a NUL character.`);
  let found;
  try {
    found = await stat(path);
  } catch (error) {
    const why = errnoOf(error) === 'ENOENT' ? 'there is no such file' : errnoOf(error);
    throw new MediaError(`Cannot read ${shown}: ${why}.`, { cause: error });
  }
  if (!found.isFile()) throw new MediaError(`Cannot read ${shown}: not a file.`);
  if (found.size === 0) {
    throw new MediaError(`Cannot read ${shown}: the file is empty (0 bytes).`, { code: 'SEA_MEDIA_EMPTY' });
  }
}

/**
 * Lets `write` make a file under a temporary name beside `out`, syncs it and renames it: `out` is whole or not there.
 * Whatever `write` throws is thrown, after the temporary file is removed.
 *
 * @throws DiskError if the folder cannot be written, MediaError if nothing was written.
 */
export async function writeOutput<T>(out: string, write: (temporary: string) => Promise<T>): Promise<T> {
  const full = resolve(out);
  if (full.includes('\0'))
    throw new MediaError(`The file name ${JSON.stringify(out)} contains a NUL character.`);
  // The name that core's run folders know as an unfinished write.
  const temporary = join(dirname(full), `.sea-${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(dirname(full), { recursive: true });
    const result = await write(temporary);
    const handle = await open(temporary, 'r+');
    try {
      const { size } = await handle.stat();
      if (size === 0) throw new MediaError(`Writing ${out} made an empty file.`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, full);
    return result;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw DiskError.from(error, full);
  }
}
