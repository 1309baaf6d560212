import { ensureInside, ProgressMeter, SeaError, sha256 } from '@sea-align/core';
import { sampleFrames, type RawFrame } from '@sea-align/media';
import pLimit from 'p-limit';
import type { Medium } from './check-media.js';
import { deleteAndBuild, type CheckSummary, type Fault } from './fault.js';
import { findTesseract, isReadable, readText, sameText } from './read-text.js';
import type { VerifyOptions } from './verify-benchmark.js';

/** A text that must be seen in one frame of a video. */
interface Seen {
  readonly frame: number;
  readonly text: string;
}

/** The texts of one video that can be read, in the order of their frames. */
interface Page {
  readonly path: string;
  readonly layout: 'line' | 'block';
  readonly texts: readonly Seen[];
}

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
  const read = onceEach(signal);
  const limit = pLimit(concurrency);
  const faults = await Promise.all(
    pages.map((page) =>
      limit(async () => {
        signal.throwIfAborted();
        const found = await examine(root, page, read, signal);
        meter.tick(page.texts.length);
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

type Read = (picture: RawFrame, layout: Page['layout']) => Promise<string>;

/** Reads each picture once: words repeat, and the same word is the same picture. */
function onceEach(signal: AbortSignal): Read {
  const known = new Map<string, Promise<string>>();
  return (picture, layout) => {
    const key = `${layout} ${sha256(picture.data)}`;
    const text = known.get(key) ?? readText(picture, layout, signal);
    known.set(key, text);
    return text;
  };
}

async function examine(root: string, page: Page, read: Read, signal: AbortSignal): Promise<Fault[]> {
  const { path, layout, texts } = page;
  const frames = texts.map(({ frame }) => frame);
  const faults: Fault[] = [];
  let at = 0;
  try {
    for await (const picture of sampleFrames(ensureInside(root, path), frames, { signal })) {
      const seen = texts[at];
      const found = await read(picture, layout);
      if (!sameText(found, seen.text)) faults.push(misread(path, seen, found));
      at += 1;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!SeaError.isInstance(error)) throw error;
    faults.push({ path, check: 'text', fault: error.message, fix: deleteAndBuild });
  }
  return faults;
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
