import { spawn } from 'node:child_process';
import type { RawFrame } from '@sea-align/media';

/** The text recognition that is used: Tesseract, found in PATH; undefined where it is not installed. */
export async function findTesseract(): Promise<string | undefined> {
  const { stdout } = await run(['--version']).catch(() => ({ stdout: '' }));
  return /^tesseract v?\S+/.exec(stdout)?.[0];
}

/**
 * The text that Tesseract reads in a frame, given as print: dark letters on light. `line`: a single line,
 * else a block.
 */
export async function readText(
  frame: RawFrame,
  layout: 'line' | 'block',
  signal?: AbortSignal,
): Promise<string> {
  const mode = layout === 'line' ? '7' : '6';
  const { stdout } = await run(['stdin', 'stdout', '--psm', mode], printedGrey(frame), signal);
  return stdout.trim();
}

/** A frame as PGM, dark letters on light: negated where most of it is dark. */
function printedGrey({ data, width, height }: RawFrame): Uint8Array {
  const header = Buffer.from(`P5\n${width} ${height}\n255\n`, 'latin1');
  const image = new Uint8Array(header.length + width * height);
  image.set(header);
  let sum = 0;
  for (let at = 0; at < data.length; at++) sum += data[at];
  const negate = sum / data.length < 128;
  for (let pixel = 0; pixel < width * height; pixel++) {
    const grey = (data[3 * pixel] + data[3 * pixel + 1] + data[3 * pixel + 2]) / 3;
    image[header.length + pixel] = negate ? 255 - grey : grey;
  }
  return image;
}

/**
 * Whether recognised text is `wanted`, letters and digits only. A letter in four may be wrong: Tesseract takes l for I.
 */
export function sameText(read: string, wanted: string): boolean {
  const [a, b] = [plainLetters(read), plainLetters(wanted)];
  return distance(a, b) <= Math.floor(b.length / 4);
}

/** Whether Tesseract's English data can be expected to read a text: at least three letters or digits, none with accents. */
export function isReadable(text: string): boolean {
  return plainLetters(text).length >= 3 && /^[\x20-\x7e]+$/.test(text);
}

/** Letters and digits alone, without accents, in lower case. */
export function plainLetters(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}

function run(args: readonly string[], input?: Uint8Array, signal?: AbortSignal): Promise<{ stdout: string }> {
  return new Promise((resolve, reject) => {
    // One thread: verify runs several at once.
    const env = { ...process.env, OMP_THREAD_LIMIT: '1' };
    const child = spawn('tesseract', args, { stdio: ['pipe', 'pipe', 'pipe'], env, signal });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    // Tesseract may end before it has read everything.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('close', (code) => {
      if (code === 0) resolve({ stdout: stdout === '' ? stderr : stdout });
      else reject(new Error(`tesseract ended with ${String(code)}: ${stderr.slice(-300)}`));
    });
  });
}
