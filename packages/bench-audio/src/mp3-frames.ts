/** kbit/s by bit-rate index, layer III; index 0 (free) and 15 are not used here. */
const bitRates = {
  mpeg1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  mpeg2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
/** Hz by sample-rate index, of MPEG-1; halved for MPEG-2, quartered for MPEG-2.5. */
const sampleRates = [44_100, 48_000, 32_000];

export interface Mp3Frames {
  readonly frames: number;
  /** Seconds that the frames last when decoded, the codec's delay included. */
  readonly seconds: number;
}

/**
 * Walks MPEG layer III frames (ISO/IEC 11172-3, 13818-3) from the first byte, or behind an ID3v2 tag, to the last.
 * Returns undefined if the bytes are anything else or the last frame is cut: ffmpeg would skip such bytes without a
 * word.
 */
export function readMp3Frames(data: Uint8Array): Mp3Frames | undefined {
  let at = id3Length(data);
  let frames = 0;
  let seconds = 0;
  while (at < data.length) {
    const frame = readFrame(data, at);
    if (frame === undefined || at + frame.bytes > data.length) return undefined;
    at += frame.bytes;
    frames += 1;
    seconds += frame.seconds;
  }
  return frames === 0 ? undefined : { frames, seconds };
}

function readFrame(data: Uint8Array, at: number): { bytes: number; seconds: number } | undefined {
  if (at + 4 > data.length || data[at] !== 0xff || (data[at + 1] & 0xe0) !== 0xe0) return undefined;
  const version = (data[at + 1] >> 3) & 3; // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
  const layer = (data[at + 1] >> 1) & 3; // 1: layer III
  const rateIndex = (data[at + 2] >> 2) & 3;
  const bitIndex = data[at + 2] >> 4;
  if (version === 1 || layer !== 1 || rateIndex === 3 || bitIndex === 0 || bitIndex === 15) return undefined;
  const padding = (data[at + 2] >> 1) & 1;
  const sampleRate = sampleRates[rateIndex] / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const samples = version === 3 ? 1152 : 576;
  const bitRate = (version === 3 ? bitRates.mpeg1 : bitRates.mpeg2)[bitIndex] * 1000;
  return {
    bytes: Math.floor(((samples / 8) * bitRate) / sampleRate) + padding,
    seconds: samples / sampleRate,
  };
}

/** Bytes of an ID3v2 tag: ten of its header and a length of four times seven bits. */
function id3Length(data: Uint8Array): number {
  if (data.length < 10 || data[0] !== 0x49 || data[1] !== 0x44 || data[2] !== 0x33) return 0;
  return 10 + data.subarray(6, 10).reduce((length, byte) => length * 128 + (byte & 0x7f), 0);
}
