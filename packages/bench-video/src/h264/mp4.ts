import type { CodedFrame } from './annex-b.js';

/** What an MP4 file of one H.264 track is made of. */
export interface Mp4Track {
  readonly width: number;
  readonly height: number;
  /** Frames per second, whole. */
  readonly fps: number;
  readonly sps: Uint8Array;
  readonly pps: Uint8Array;
  /** In the order of decoding and presentation alike: no B-frames. The first must be a sync frame. */
  readonly frames: readonly CodedFrame[];
}

/** Ticks a frame: with them the usual rates have whole time scales, as ffmpeg writes them. */
const frameTicks = 512;

const identityMatrix = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000];

/**
 * A whole MP4 file (ISO/IEC 14496-12, -14, -15) of coded frames, index first ("faststart"), every frame of equal length.
 * Depends on its arguments alone: no time, no version.
 */
export function buildMp4(track: Mp4Track): Buffer {
  const ftyp = box('ftyp', text('isom'), u32(0x200), text('isomiso2avc1mp41'));
  const data = track.frames.map((frame) => frame.data);
  const size = data.reduce((sum, { byteLength }) => sum + byteLength, 0);
  // The place of the frames depends on the size of the index, not on the place in it.
  const indexSize = movie(track, 0).byteLength;
  const moov = movie(track, ftyp.byteLength + indexSize + 8);
  return Buffer.concat([ftyp, moov, u32(size + 8), text('mdat'), ...data]);
}

function movie(track: Mp4Track, dataAt: number): Buffer {
  const timescale = track.fps * frameTicks;
  const duration = track.frames.length * frameTicks;
  const millis = Math.round((duration * 1000) / timescale);
  const mvhd = fullBox(
    'mvhd',
    0,
    0,
    ...[u32(0), u32(0), u32(1000), u32(millis), u32(0x10000), u16(0x100), zeros(10)],
    ...identityMatrix.map(u32),
    ...[zeros(24), u32(2)],
  );
  const tkhd = fullBox(
    'tkhd',
    0,
    3, // enabled, in movie
    ...[u32(0), u32(0), u32(1), u32(0), u32(millis), zeros(8), u16(0), u16(0), u16(0), u16(0)],
    ...identityMatrix.map(u32),
    ...[u32(track.width << 16), u32(track.height << 16)],
  );
  const mdhd = fullBox('mdhd', 0, 0, u32(0), u32(0), u32(timescale), u32(duration), u16(0x55c4), u16(0));
  const hdlr = fullBox('hdlr', 0, 0, u32(0), text('vide'), zeros(12), text('VideoHandler\0'));
  const dinf = box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1)));
  const minf = box('minf', fullBox('vmhd', 0, 1, zeros(8)), dinf, sampleTable(track, dataAt));
  return box('moov', mvhd, box('trak', tkhd, box('mdia', mdhd, hdlr, minf)));
}

function sampleTable(track: Mp4Track, dataAt: number): Buffer {
  const { frames } = track;
  const syncNumbers = frames.flatMap(({ sync }, index) => (sync ? [index + 1] : []));
  return box(
    'stbl',
    fullBox('stsd', 0, 0, u32(1), sampleEntry(track)),
    fullBox('stts', 0, 0, u32(1), u32(frames.length), u32(frameTicks)),
    fullBox('stss', 0, 0, u32(syncNumbers.length), ...syncNumbers.map(u32)),
    fullBox('stsc', 0, 0, u32(1), u32(1), u32(frames.length), u32(1)),
    fullBox('stsz', 0, 0, u32(0), u32(frames.length), ...frames.map(({ data }) => u32(data.byteLength))),
    fullBox('stco', 0, 0, u32(1), u32(dataAt)),
  );
}

function sampleEntry({ width, height, sps, pps }: Mp4Track): Buffer {
  const avcC = box(
    'avcC',
    Buffer.from([1, sps[1], sps[2], sps[3], 0xff, 0xe1]), // version, profile, level; lengths of 4 bytes; one SPS
    ...[u16(sps.byteLength), sps, Buffer.from([1]), u16(pps.byteLength), pps],
    // High profile and above also say: 4:2:0, 8 bits, no SPS extension.
    ...(sps[1] >= 100 ? [Buffer.from([0xfd, 0xf8, 0xf8, 0])] : []),
  );
  return box(
    'avc1',
    ...[zeros(6), u16(1), zeros(16), u16(width), u16(height), u32(0x480000), u32(0x480000), u32(0)],
    ...[u16(1), zeros(32), u16(24), u16(0xffff), avcC, box('pasp', u32(1), u32(1))],
  );
}

function box(type: string, ...parts: readonly Uint8Array[]): Buffer {
  const size = parts.reduce((sum, { byteLength }) => sum + byteLength, 8);
  return Buffer.concat([u32(size), text(type), ...parts], size);
}

function fullBox(type: string, version: number, flags: number, ...parts: readonly Uint8Array[]): Buffer {
  return box(type, u32((version << 24) | flags), ...parts);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.from(value, 'latin1');
}

function zeros(count: number): Buffer {
  return Buffer.alloc(count);
}
