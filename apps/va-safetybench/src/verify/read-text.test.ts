import { describe, expect, it } from 'vitest';
import { isReadable, sameText } from './read-text.js';

describe('sameText', () => {
  it.each([
    ['hippopotamus', 'hippopotamus'],
    ['Hippopotamus\n', 'hippopotamus'],
    ['hlppopotamus.', 'hippopotamus'], // l for i
    ['creme', 'crème'],
    ["it's", 'its'],
    ['fly a\nkite', 'fly a kite'],
  ])('takes %j for %j', (read, wanted) => {
    expect(sameText(read, wanted)).toBe(true);
  });

  it.each([
    ['', 'jar'],
    ['jug', 'jar'],
    ['juggle', 'orange'],
    ['hippo', 'hippopotamus'],
  ])('does not take %j for %j', (read, wanted) => {
    expect(sameText(read, wanted)).toBe(false);
  });

  it('is asked only where English data can be expected to read', () => {
    expect(['a', 'to', '...', 'Жук', '猫', 'crème', 'R2D2', 'the'].filter(isReadable)).toEqual([
      'R2D2',
      'the',
    ]);
  });
});
