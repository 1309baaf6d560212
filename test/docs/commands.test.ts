import { describe, expect, it } from 'vitest';
import { codeBlocks } from './code-block.js';
import { commandFault } from './command-fault.js';
import { appNames, commandsOf, unknownWords } from './command-lines.js';
import { documents } from './documents.js';
import { shellCommands } from './shell-commands.js';

const shells = new Set(['sh', 'bash', 'shell', 'console']);
const all = documents();
const commands = all
  .flatMap(codeBlocks)
  // A block without a language that shows commands is one of shell commands.
  .filter(({ language, code }) => shells.has(language) || (language === '' && /^(npm|npx|sea) /m.test(code)))
  .flatMap(({ place, code }) => shellCommands(code).map((words) => ({ place, words })));

/** `sea …` and `va-safetybench …` in running text and tables. */
const inline = all.flatMap(({ name, text }) =>
  [...text.matchAll(/`(?:npx )?(sea|va-safetybench) ([a-z-][^`\n]*)`/g)].map(([, app, rest]) => ({
    place: name,
    app,
    words: shellCommands(rest.replaceAll('\\|', '|')).at(0) ?? [],
  })),
);

describe('commands in the documentation', () => {
  it('all are taken by the programs that they name', () => {
    const faults = commands.map(({ place, words }) => [place, words.join(' '), commandFault(words)]);
    expect(faults.length).toBeGreaterThan(30);
    expect(faults.filter(([, , fault]) => fault !== undefined)).toEqual([]);
  });

  it('those in running text name commands and options that exist', () => {
    expect(inline.length).toBeGreaterThan(8);
    const faults = inline.map(({ place, app, words }) => [
      place,
      app,
      words.join(' '),
      unknownWords(app, words),
    ]);
    expect(faults.filter(([, , , unknown]) => unknown.length > 0)).toEqual([]);
  });

  it.each(appNames)('the README of %s shows every command', (app) => {
    const file = `apps/${app}/README.md`;
    const inBlocks = commands.filter(({ place }) => place.startsWith(file)).map(({ words }) => words);
    const shown = [
      ...inBlocks.filter(([program]) => program === app).map((words) => words[1]),
      ...inline.filter((item) => item.place === file && item.app === app).map(({ words }) => words[0]),
    ];
    expect(commandsOf(app).length).toBeGreaterThan(2);
    expect(commandsOf(app).filter((name) => !shown.includes(name))).toEqual([]);
  });

  it.each([
    [['sea', 'run', 'a.yaml', '--no-such-option']],
    [['npm', 'run', 'sea', '--', 'fly']],
    [['npm', 'run', 'fly']],
    [['npm', 'run', 'sea', 'doctor']],
    [['npm', 'install', '@sea-align/kite']],
    [['npx', 'nx', 'fly', 'optimizer']],
    [['npx', 'nx', 'test', 'kite']],
    [['npx', 'nx', 'run-many', '-t', 'lint', 'fly']],
    [['npx', 'va-safetybench', 'fly']],
    [['kite']],
  ])('%j would be found', (words) => {
    expect(commandFault(words)).toBeDefined();
  });
});
