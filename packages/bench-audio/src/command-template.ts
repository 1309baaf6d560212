import { ConfigError } from '@sea-align/core';

const placeholder = /\{([A-Za-z]+)\}/g;

/**
 * Splits a command line into arguments as a shell would: at white space, with '…', "…" and \ for what belongs together.
 * Nothing else of a shell: no variables, globs, pipes. Throws ConfigError for an open quote.
 */
export function splitCommand(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let i = 0; i < line.length; i++) {
    const character = line[i];
    if (quote === undefined && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === quote) {
      quote = undefined;
    } else if (quote === undefined && (character === '"' || character === "'")) {
      quote = character;
      word ??= '';
    } else if (character === '\\' && quote !== "'" && /[\s"'\\]/.test(line[i + 1] ?? '')) {
      word = (word ?? '') + line[++i];
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== undefined) throw new ConfigError(`The speech command has an open ${quote}: ${line}`);
  if (word !== undefined) words.push(word);
  return words;
}

/** The names in braces, each once. */
export function placeholdersOf(words: readonly string[]): string[] {
  return [...new Set(words.flatMap((word) => [...word.matchAll(placeholder)].map(([, name]) => name)))];
}

/**
 * Puts values in the place of `{name}`, in words that are split already: a value is never more than a part of one
 * argument. An argument that would begin with a character of a value that could make it an option or a file name
 * (`-`, `@`, `+`, `/`) begins with a space instead.
 */
export function fillTemplate(words: readonly string[], values: Readonly<Record<string, string>>): string[] {
  return words.map((word) => {
    const filled = word.replaceAll(placeholder, (_all, name: string) => values[name] ?? '');
    return word.startsWith('{text}') && /^[-@+/]/.test(filled) ? ` ${filled}` : filled;
  });
}
