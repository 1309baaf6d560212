import fc from 'fast-check';
import { expect, it } from 'vitest';

import { escapeSsml } from './ssml-escape.js';

const characters: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const parse = (xml: string): string => xml.replaceAll(/&(\w+);/g, (_all, name: string) => characters[name]);

it('escapes markup', () => {
  expect(escapeSsml(`a<b>&"'`)).toBe('a&lt;b&gt;&amp;&quot;&apos;');
  expect(escapeSsml('&amp;')).toBe('&amp;amp;');
  expect(escapeSsml('\u0000\u0008\uFFFE\uD800x')).toBe('    x');
  expect(escapeSsml('日本 😀')).toBe('日本 😀');
});

it('gives any text back when parsed, and never markup', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const xml = escapeSsml(text);
      expect(xml).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|apos);)/);
      const forbidden = /(?![\t\n\r\u007F-\u009F])[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;
      expect(xml).not.toMatch(forbidden);
      if (!forbidden.test(text)) expect(parse(xml)).toBe(text);
    }),
  );
});
