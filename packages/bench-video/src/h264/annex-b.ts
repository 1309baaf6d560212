import { MediaError } from '@sea-align/core';

/** One coded picture, as MP4 stores it: NAL units behind their lengths (4 bytes, big-endian). */
export interface CodedFrame {
  readonly data: Uint8Array;
  /** Decoding can start here. */
  readonly sync: boolean;
}

/** An H.264 stream without B-frames, taken apart (ISO/IEC 14496-10 annex B). */
export interface CodedStream {
  /** The parameter sets that every frame refers to, without start codes. */
  readonly sps: Uint8Array;
  readonly pps: Uint8Array;
  readonly frames: readonly CodedFrame[];
}

const nalType = { slice: 1, idrSlice: 5, sei: 6, sps: 7, pps: 8, accessUnitDelimiter: 9 } as const;

/**
 * Takes a raw H.264 stream apart, one slice a picture. Notes of the encoder (SEI) are left out. Throws MediaError if it
 * is another kind of stream, or if its parameter sets change on the way.
 */
export function parseAnnexB(stream: Uint8Array): CodedStream {
  let sps: Uint8Array | undefined;
  let pps: Uint8Array | undefined;
  const frames: CodedFrame[] = [];
  for (const unit of nalUnits(stream)) {
    const type = unit[0] & 0x1f;
    if (type === nalType.sps) sps = same(sps, unit);
    else if (type === nalType.pps) pps = same(pps, unit);
    else if (type === nalType.slice || type === nalType.idrSlice) {
      // first_mb_in_slice is ue(v): 0 is a single 1 bit.
      if ((unit[1] & 0x80) === 0) throw unexpected('a picture of several slices');
      frames.push({ data: lengthPrefixed(unit), sync: type === nalType.idrSlice });
    } else if (type !== nalType.sei && type !== nalType.accessUnitDelimiter) {
      throw unexpected(`a NAL unit of type ${type}`);
    }
  }
  if (sps === undefined || pps === undefined || frames.length === 0) throw unexpected('no picture');
  return { sps, pps, frames };
}

/** The units between start codes 00 00 01, without the zero bytes that may stand before the next. */
function* nalUnits(stream: Uint8Array): Generator<Uint8Array> {
  const bytes = Buffer.from(stream.buffer, stream.byteOffset, stream.byteLength);
  const startCode = Buffer.from([0, 0, 1]);
  let from = bytes.indexOf(startCode);
  while (from >= 0) {
    const next = bytes.indexOf(startCode, from + 3);
    let end = next < 0 ? bytes.length : next;
    while (end > from + 3 && bytes[end - 1] === 0) end -= 1;
    if (end > from + 3) yield bytes.subarray(from + 3, end);
    from = next;
  }
}

function same(known: Uint8Array | undefined, found: Uint8Array): Uint8Array {
  if (known === undefined) return Uint8Array.from(found);
  if (Buffer.compare(known, found) !== 0) throw unexpected('parameter sets that change');
  return known;
}

/** A copy, so that the stream it was cut from can be freed. */
function lengthPrefixed(unit: Uint8Array): Uint8Array {
  const data = new Uint8Array(4 + unit.byteLength);
  new DataView(data.buffer).setUint32(0, unit.byteLength);
  data.set(unit, 4);
  return data;
}

function unexpected(what: string): MediaError {
  return new MediaError(`The video encoder gave ${what}; expected plain H.264 with one slice a picture.`, {
    hint: 'Another build of ffmpeg may help: set SEA_FFMPEG to its path.',
  });
}
