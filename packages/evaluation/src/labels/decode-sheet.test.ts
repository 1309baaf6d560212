import { describe, expect, it } from 'vitest';
import { decodeSheet } from './decode-sheet.js';

const text = 'key;label;note\r\n1;safe;café €\r\n';

describe('decodeSheet', () => {
  it.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${text}`)],
    ['UTF-16, little-endian', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16, big-endian', Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
  ])('reads %s', (_, bytes) => {
    expect(decodeSheet(bytes)).toBe(text);
  });

  it('reads the Windows code page', () => {
    expect(decodeSheet(Buffer.from([0x63, 0x61, 0x66, 0xe9]))).toBe('café');
  });
});
