/**
 * Finds a key that occurs twice in one object of a JSON text, which JSON.parse hides (the last one wins, so two readers
 * could see two different checkpoints).
 *
 * @param text valid JSON (call JSON.parse first)
 * @returns the path of keys that lead to the first repeated key, itself included; undefined if there is none
 */
export function findDuplicateKey(text: string): string[] | undefined {
  // One entry per open object or array; `keys` is undefined for arrays.
  const open: { keys?: Set<string>; current?: string }[] = [];
  let expectKey = false;
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case '{':
        open.push({ keys: new Set() });
        expectKey = true;
        break;
      case '[':
        open.push({});
        expectKey = false;
        break;
      case '}':
      case ']':
        open.pop();
        expectKey = false;
        break;
      case ',':
        expectKey = open.at(-1)?.keys !== undefined;
        break;
      case '"': {
        const start = i++;
        while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
        const scope = open.at(-1);
        if (!expectKey || !scope?.keys) break;
        expectKey = false;
        const key = JSON.parse(text.slice(start, i + 1)) as string;
        const repeated = scope.keys.has(key);
        scope.keys.add(key);
        scope.current = key;
        if (repeated) return open.flatMap(({ current }) => (current === undefined ? [] : [current]));
        break;
      }
    }
  }
  return undefined;
}
