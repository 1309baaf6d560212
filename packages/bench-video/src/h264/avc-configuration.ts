import { readFile } from 'node:fs/promises';

import { errnoOf, MediaError } from '@sea-align/core';

/**
 * How the H.264 in an MP4 file is to be decoded: its `avcC` box, profile and parameter sets (ISO/IEC 14496-15). Throws
 * MediaError if there is none. For clips: the file is read whole.
 */
export async function avcConfiguration(path: string): Promise<Uint8Array> {
  const file = await readFile(path).catch((cause: unknown) => {
    throw new MediaError(`Cannot read ${JSON.stringify(path)} (${errnoOf(cause) ?? 'unknown reason'}).`, {
      cause,
    });
  });
  for (let at = 0; at + 8 <= file.length;) {
    const size = file.readUInt32BE(at);
    const end = Math.min(file.length, size === 0 ? file.length : at + size);
    if (file.toString('latin1', at + 4, at + 8) === 'moov') {
      const name = file.subarray(at, end).indexOf('avcC') + at;
      if (name > at + 8) return file.subarray(name + 4, name - 4 + file.readUInt32BE(name - 4));
    }
    if (end <= at) break;
    at = end;
  }
  throw new MediaError(`${JSON.stringify(path)} is not an MP4 file with H.264.`);
}
