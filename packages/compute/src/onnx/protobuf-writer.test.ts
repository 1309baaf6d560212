import { describe, expect, it } from 'vitest';
import { ProtobufWriter } from './protobuf-writer.js';

const bytes = (writer: ProtobufWriter) => [...writer.finish()];

describe('ProtobufWriter (examples of the protocol buffers encoding guide)', () => {
  it('writes varints', () => {
    expect(bytes(new ProtobufWriter().integer(1, 150))).toEqual([0x08, 0x96, 0x01]);
    expect(bytes(new ProtobufWriter().integer(1, 0))).toEqual([0x08, 0x00]);
  });

  it('writes negative integers as ten bytes', () => {
    expect(bytes(new ProtobufWriter().integer(1, -2))).toEqual([
      0x08,
      0xfe,
      ...new Array<number>(8).fill(0xff),
      0x01,
    ]);
  });

  it('writes integers beyond 32 bits', () => {
    expect(bytes(new ProtobufWriter().integer(1, 2 ** 40))).toEqual([
      0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20,
    ]);
  });

  it('writes strings, floats and messages', () => {
    expect(bytes(new ProtobufWriter().string(2, 'testing'))).toEqual([
      0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67,
    ]);
    expect(bytes(new ProtobufWriter().float(2, 1))).toEqual([0x15, 0x00, 0x00, 0x80, 0x3f]);
    const inner = new ProtobufWriter().integer(1, 150);
    expect(bytes(new ProtobufWriter().message(3, inner))).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
  });

  it('writes field numbers above 15 in two bytes', () => {
    expect(bytes(new ProtobufWriter().integer(20, 7))).toEqual([0xa0, 0x01, 0x07]);
  });
});
