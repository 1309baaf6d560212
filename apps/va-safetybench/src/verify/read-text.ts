import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MediaError } from '@sea-align/core';
import type { RawFrame } from '@sea-align/media';

/** The text recognition that is used: Tesseract, found in PATH; undefined where it is not installed. */
export async function findTesseract(): Promise<string | undefined> {
  const { stdout } = await run(['--version']).catch(() => ({ stdout: '' }));
  return /^tesseract v?\S+/.exec(stdout)?.[0];
}

/** `line`: a picture holds a single line, else a block. */
export type TextLayout = 'line' | 'block';

/**
 * The texts that Tesseract reads in pictures, each a PGM with dark letters on light. One process reads all of them: starting
 * it takes ten times as long as reading a word.
 */
export async function readTexts(
  pictures: readonly Uint8Array[],
  layout: TextLayout,
  signal?: AbortSignal,
): Promise<string[]> {
  if (pictures.length === 0) return [];
  const folder = await mkdtemp(join(tmpdir(), 'va-safetybench-'));
  try {
    const files = pictures.map((_, at) => join(folder, `${at}.pgm`));
    for (const [at, picture] of pictures.entries()) await writeFile(files[at], picture);
    const list = join(folder, 'list.txt');
    await writeFile(list, `${files.join('\n')}\n`);
    const mode = layout === 'line' ? '7' : '6';
    const { stdout } = await run([list, 'stdout', '--psm', mode, '-c', 'tessedit_create_tsv=1'], signal);
    const texts = textsOf(stdout);
    if (texts.length !== pictures.length) {
      throw new MediaError(`Tesseract has read ${texts.length} of ${pictures.length} pictures.`);
    }
    return texts;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The text of each page in Tesseract's TSV: a row of level 1 for a page, one of level 5 with a text for a word. */
export function textsOf(tsv: string): string[] {
  const pages: string[][] = [];
  for (const line of tsv.split(/\r?\n/)) {
    const cells = line.split('\t');
    if (cells[0] === '1') pages.push([]);
    if (cells[0] === '5') pages.at(-1)?.push(cells[11] ?? '');
  }
  return pages.map((words) => words.join(' ').trim());
}

/** A frame as PGM, dark letters on light: negated where most of it is dark. */
export function printedGrey({ data, width, height }: RawFrame): Uint8Array {
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

function run(args: readonly string[], signal?: AbortSignal): Promise<{ stdout: string }> {
  return new Promise((resolve, reject) => {
    // One thread: verify runs several at once.
    const env = { ...process.env, OMP_THREAD_LIMIT: '1' };
    const child = spawn('tesseract', args, { stdio: ['ignore', 'pipe', 'pipe'], env, signal });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve({ stdout: stdout === '' ? stderr : stdout });
      else reject(new Error(`tesseract ended with ${String(code)}: ${stderr.slice(-300)}`));
    });
  });
}
