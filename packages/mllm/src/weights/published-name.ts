/** How stored tensor names begin, and how the published ones do; the first that fits counts. */
export type NamePrefixes = readonly (readonly [stored: string, published: string])[];

/** The published name of a tensor, whatever layout the file has. */
export function publishedName(storedName: string, prefixes: NamePrefixes): string {
  for (const [stored, published] of prefixes) {
    if (storedName.startsWith(stored)) return published + storedName.slice(stored.length);
  }
  return storedName;
}
