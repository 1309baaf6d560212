import type { Readable } from 'node:stream';

/**
 * Cuts a byte stream into pieces of exactly `size` bytes, each in memory of its own; what is left at the end is given
 * to `rest`. Reads no further ahead than the stream's own buffer.
 */
export async function* pieces(
  stream: Readable,
  size: number,
  rest: (bytes: number) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let piece = new Uint8Array(size);
  let filled = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + size - filled);
      piece.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < size) continue;
      yield piece;
      piece = new Uint8Array(size);
      filled = 0;
    }
  }
  rest(filled);
}
