const special = /[\\^$.*+?()[\]{}|/]/g;

/**
 * What a search line asks for: every word, and every "phrase in quotes", has to occur somewhere, in upper or lower case.
 * Undefined for an empty line, which asks for nothing.
 */
export function parseQuery(line: string): readonly RegExp[] | undefined {
  const terms = [...line.matchAll(/"([^"]+)"|(\S+)/g)]
    .map(([, phrase, word]) => phrase ?? word.replaceAll('"', ''))
    .filter((term) => term.trim() !== '');
  if (terms.length === 0) return undefined;
  return terms.map((term) => new RegExp(term.replace(special, '\\$&'), 'iu'));
}

/** Whether every term occurs in one of the texts. */
export function matchesQuery(query: readonly RegExp[], texts: () => Iterable<string>): boolean {
  return query.every((term) => {
    for (const text of texts()) if (term.test(text)) return true;
    return false;
  });
}
