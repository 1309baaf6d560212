import { ensureInside, ProgressMeter, SeaError, sha256 } from '@sea-align/core';
import { sampleFrames } from '@sea-align/media';
import pLimit from 'p-limit';
import type { Medium } from './check-media.js';
import { deleteAndBuild, type CheckSummary, type Fault } from './fault.js';
import { findTesseract, isReadable, printedGrey, readTexts, sameText, type TextLayout } from './read-text.js';
import type { VerifyOptions } from './verify-benchmark.js';

/** A text that must be seen in one frame of a video. */
interface Seen {
  readonly frame: number;
  readonly text: string;
}

/** The texts of one video that can be read, in the order of their frames. */
interface Page {
  readonly path: string;
  readonly layout: TextLayout;
  readonly texts: readonly Seen[];
}

/** Videos whose pictures are held and read together: some 10 MB. */
const videosAtOnce = 16;

/** Reads the words of TYPO and the phrase of DM_TYPO by Tesseract, in the middle of the time that each is shown. */
export async function checkText(
  media: readonly Medium[],
  { root, concurrency, signal, onProgress }: VerifyOptions,
): Promise<{ summary: CheckSummary; faults: Fault[] }> {
  const what = 'words of TYPO and phrases of DM_TYPO read by OCR';
  const tesseract = await findTesseract();
  if (tesseract === undefined) {
    const skipped = 'tesseract is not installed (Debian: apt-get install tesseract-ocr)';
    return { summary: { check: 'text', what, checked: 0, faults: 0, skipped }, faults: [] };
  }
  const shown = media.flatMap(({ shown: texts = [] }) => texts);
  const pages = media.map(pageOf).filter(({ texts }) => texts.length > 0);
  const readable = pages.flatMap(({ texts }) => texts);
  const meter = new ProgressMeter('reading', readable.length, onProgress);
  const known = new Map<string, string>();
  const limit = pLimit(concurrency);
  const size = Math.max(1, Math.min(videosAtOnce, Math.ceil(pages.length / concurrency)));
  const faults = await Promise.all(
    inBatches(pages, size).map((batch) =>
      limit(async () => {
        signal.throwIfAborted();
        const found = await examine(root, batch, known, signal);
        meter.tick(batch.reduce((sum, { texts }) => sum + texts.length, 0));
        return found;
      }),
    ),
  );
  const left = shown.length - readable.length;
  const some = left === 0 ? undefined : `${left} of fewer than three letters, or with letters beyond English`;
  const skipped = shown.length === 0 ? 'there are no videos with text' : some;
  const summary = {
    check: 'text',
    what: `${what} (${tesseract})`,
    checked: readable.length,
    skipped,
  } as const;
  return { summary: { ...summary, faults: faults.flat().length }, faults: faults.flat() };
}

/** A frame that shows a text. */
interface Shot {
  readonly page: Page;
  readonly seen: Seen;
  readonly picture: Uint8Array;
  /** The same word is the same picture, and words repeat. */
  readonly key: string;
}

/** What `batch` shows, against what it is to show. `known`: the texts of pictures that have been read; added to. */
async function examine(
  root: string,
  batch: readonly Page[],
  known: Map<string, string>,
  signal: AbortSignal,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  const shots: Shot[] = [];
  for (const page of batch) {
    try {
      shots.push(...(await shotsOf(root, page, signal)));
    } catch (error) {
      signal.throwIfAborted();
      if (!SeaError.isInstance(error)) throw error;
      faults.push({ path: page.path, check: 'text', fault: error.message, fix: deleteAndBuild });
    }
  }
  for (const layout of ['line', 'block'] as const) {
    const fresh = new Map(
      shots.flatMap(({ page, key, picture }) =>
        page.layout === layout && !known.has(key) ? [[key, picture] as const] : [],
      ),
    );
    const texts = await readTexts([...fresh.values()], layout, signal);
    for (const [at, key] of [...fresh.keys()].entries()) known.set(key, texts[at]);
  }
  const wrong = shots.flatMap(({ page, seen, key }) => {
    const read = known.get(key) ?? '';
    return sameText(read, seen.text) ? [] : [misread(page.path, seen, read)];
  });
  return [...faults, ...wrong];
}

async function shotsOf(root: string, page: Page, signal: AbortSignal): Promise<Shot[]> {
  const shots: Shot[] = [];
  const frames = page.texts.map(({ frame }) => frame);
  for await (const frame of sampleFrames(ensureInside(root, page.path), frames, { signal })) {
    const picture = printedGrey(frame);
    const key = `${page.layout} ${sha256(picture)}`;
    shots.push({ page, seen: page.texts[shots.length], picture, key });
  }
  return shots;
}

function inBatches<T>(values: readonly T[], size: number): T[][] {
  const starts = Array.from({ length: Math.ceil(values.length / size) }, (_, at) => at * size);
  return starts.map((start) => values.slice(start, start + size));
}

function pageOf({ task, files, shown = [] }: Medium): Page {
  return {
    path: files[0].path,
    layout: task === 'TYPO' ? 'line' : 'block',
    texts: shown
      .filter(({ text }) => isReadable(text))
      .map(({ text, from, frames }) => ({ text, frame: from + Math.floor(frames / 2) })),
  };
}

function misread(path: string, { frame, text }: Seen, read: string): Fault {
  const fault = `its frame ${frame} is to show ${JSON.stringify(text)}, but ${JSON.stringify(read.slice(0, 200))} is read there`;
  return { path, check: 'text', fault, fix: `Look at the frame. ${deleteAndBuild}` };
}
