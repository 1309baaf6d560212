/**
 * JSON with object keys sorted and without whitespace: equal values give equal text, whatever order their keys were
 * written in. Keys whose value is undefined are left out, as in JSON.stringify. Used for hashes of configurations and
 * requests.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    const sorted = Object.entries(each).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return Object.fromEntries(sorted);
  });
}
