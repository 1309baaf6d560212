import { describe, expect, it } from 'vitest';
import { matchesQuery, parseQuery } from './search-query.js';

const matches = (line: string, ...texts: string[]) => {
  const query = parseQuery(line);
  return query === undefined || matchesQuery(query, () => texts);
};

describe('search', () => {
  it('wants every word, in any of the texts, in upper or lower case', () => {
    expect(matches('KITE orange', 'An Orange', 'a kite')).toBe(true);
    expect(matches('kite lemon', 'An Orange', 'a kite')).toBe(false);
    expect(matches('kit', 'a kite')).toBe(true);
    expect(matches('ÄPFEL', 'äpfel')).toBe(true);
  });

  it('wants a phrase in quotes as it stands', () => {
    expect(matches('"kite orange"', 'orange kite')).toBe(false);
    expect(matches('"a kite" red', 'a kite', 'red')).toBe(true);
    expect(matches('"open', 'is open')).toBe(true);
  });

  it.each(['.*', '(', '[a-', 'a+b', '\\d', '$^', '|', 'a{2}', '?'])('takes %j for what it says', (line) => {
    expect(matches(line, `some ${line} here`)).toBe(true);
    expect(matches(line, 'some aab 12 here')).toBe(false);
  });

  it('asks for nothing where nothing is written', () => {
    for (const line of ['', '  ', '"', '""']) expect(parseQuery(line), JSON.stringify(line)).toBeUndefined();
  });

  it('finds control characters and lone surrogates', () => {
    expect(matches('\u0007', 'a\u0007b')).toBe(true);
    expect(matches('\ud83d', 'x \ud83d y')).toBe(true);
    expect(() => matches('\udc00', '😀')).not.toThrow();
  });
});
