import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fillTemplate, placeholdersOf, splitCommand } from './command-template.js';

describe('splitCommand', () => {
  it.each([
    ['espeak-ng -v {voice} -w {out} {text}', ['espeak-ng', '-v', '{voice}', '-w', '{out}', '{text}']],
    [`'my program' "a b"c 'd"e' f\\ g ""`, ['my program', 'a bc', 'd"e', 'f g', '']],
    ['C:\\Tools\\say.exe {out}', ['C:\\Tools\\say.exe', '{out}']],
    ['a $HOME *.txt | rm; `x` && y', ['a', '$HOME', '*.txt', '|', 'rm;', '`x`', '&&', 'y']],
    ['  ', []],
  ])('splits %s', (line, words) => {
    expect(splitCommand(line)).toEqual(words);
  });

  it('refuses an open quote', () => {
    expect(() => splitCommand(`say "hello`)).toThrow('open "');
  });
});

describe('fillTemplate', () => {
  const words = splitCommand('say --to={out} --text={text} {text} -v{voice}');

  it('knows its placeholders', () => {
    expect(placeholdersOf(words)).toEqual(['out', 'text', 'voice']);
  });

  it('keeps any text one argument that is no option and brings no placeholder', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.constantFrom('-w /etc/passwd', '--help', '{out}', '{voice}', '"; rm -rf', '@x'),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const filled = fillTemplate(words, { out: '/tmp/o', voice: 'en', text });
        expect(filled).toEqual(['say', '--to=/tmp/o', `--text=${text}`, filled[3], '-ven']);
        expect(filled[3]).not.toMatch(/^[-@+/]/);
        expect(filled[3].replace(/^ /, '')).toBe(text.replace(/^ /, ''));
      }),
    );
  });
});
