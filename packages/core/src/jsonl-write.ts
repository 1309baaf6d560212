import { AtomicFile } from './atomic-file.js';

const flushBytes = 1 << 20;

/**
 * Writes values as a JSONL file, one a line, atomically: an error, thrown by the source too, leaves no file and keeps
 * an older one. Returns the number of lines. Throws DiskError.
 */
export async function writeJsonl(
  path: string,
  values: AsyncIterable<unknown> | Iterable<unknown>,
): Promise<number> {
  const file = await AtomicFile.open(path);
  try {
    let count = 0;
    let text = '';
    for await (const value of values) {
      text += jsonLine(value);
      count += 1;
      if (text.length < flushBytes) continue;
      await file.write(text);
      text = '';
    }
    await file.write(text);
    await file.commit();
    return count;
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** One value as a line of JSON, with its line end. Throws TypeError for what JSON cannot hold (undefined, functions). */
export function jsonLine(value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`A JSONL line cannot hold a value of type ${typeof value}`);
  return `${text}\n`;
}
