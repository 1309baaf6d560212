import { describe, expect, it } from 'vitest';
import { isReadable, sameText, textsOf } from './read-text.js';

it('tells the pages of TSV apart, also one on which nothing was read', () => {
  const row = (level: number, page: number, text = '') =>
    [level, page, 1, 1, 1, 1, 209, 155, 222, 74, 96.4, text].join('\t');
  const tsv = [
    'level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext',
    ...[row(1, 1), row(2, 1), row(5, 1, 'fly'), row(5, 1, '1'), row(4, 1), row(5, 1, 'kite')],
    row(1, 2),
    ...[row(1, 3), row(5, 3, 'hum')],
  ];
  expect(textsOf(tsv.join('\n'))).toEqual(['fly 1 kite', '', 'hum']);
  expect(textsOf('')).toEqual([]);
});

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
