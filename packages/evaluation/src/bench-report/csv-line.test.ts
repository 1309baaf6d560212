import { describe, expect, it } from 'vitest';
import { csvLine } from './csv-line.js';

describe('csvLine', () => {
  it('quotes as RFC 4180 has it', () => {
    expect(csvLine(['a,b', 'say "hi"', 'two\nlines', 'plain', 1.5, -2, null, undefined])).toBe(
      '"a,b","say ""hi""","two\nlines",plain,1.5,-2,,\r\n',
    );
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '\u0000=1', '\uff1d1'])(
    'lets no spreadsheet run %j',
    (text) => {
      const [first, second] = csvLine([text]);
      expect(first === '"' ? second : first).toBe("'");
    },
  );
});
