import { describe, expect, it } from 'vitest';
import { printable } from './printable.js';

describe('printable', () => {
  it('leaves text, tabs and line ends alone', () => {
    expect(printable('Grüße\t→ 爆\n')).toBe('Grüße\t→ 爆\n');
  });

  it.each(['\u001b', '\r', '\u0007', '\u007f', '\u009b', '\u202e'])('replaces %j', (character) => {
    expect(printable(`a${character}[2Jb`)).toBe('a\ufffd[2Jb');
  });
});
