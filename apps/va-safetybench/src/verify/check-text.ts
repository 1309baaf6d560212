import { ensureInside, ProgressMeter, SeaError } from '@sea-align/core';
import { sampleFrames } from '@sea-align/media';
import pLimit from 'p-limit';
import type { Medium } from './check-media.js';
import { deleteAndBuild, type CheckSummary, type Fault } from './fault.js';
import { findTesseract, isReadable, readText, sameText } from './read-text.js';
import type { VerifyOptions } from './verify-benchmark.js';

/** A text that must be seen in one frame of a video. */
interface Seen {
  readonly path: string;
  readonly frame: number;
  readonly text: string;
  readonly layout: 'line' | 'block';
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
  const shown = media.flatMap(textsOf);
  const readable = shown.filter(({ text }) => isReadable(text));
  const meter = new ProgressMeter('reading', readable.length, onProgress);
  const limit = pLimit(concurrency);
  const faults = await Promise.all(
    readable.map((seen) =>
      limit(async () => {
        signal.throwIfAborted();
        const found = await examine(root, seen, signal);
        meter.tick();
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

async function examine(root: string, seen: Seen, signal: AbortSignal): Promise<Fault[]> {
  try {
    const read = await readFrame(root, seen, signal);
    return sameText(read, seen.text) ? [] : [misread(seen, read)];
  } catch (error) {
    signal.throwIfAborted();
    if (!SeaError.isInstance(error)) throw error;
    return [{ path: seen.path, check: 'text', fault: error.message, fix: deleteAndBuild }];
  }
}

function textsOf({ task, files, shown = [] }: Medium): Seen[] {
  return shown.map(({ text, from, frames }) => ({
    path: files[0].path,
    frame: from + Math.floor(frames / 2),
    text,
    layout: task === 'TYPO' ? 'line' : 'block',
  }));
}

async function readFrame(root: string, { path, frame, layout }: Seen, signal: AbortSignal): Promise<string> {
  for await (const picture of sampleFrames(ensureInside(root, path), [frame], { signal })) {
    return readText(picture, layout, signal);
  }
  return '';
}

function misread({ path, frame, text }: Seen, read: string): Fault {
  const fault = `its frame ${frame} is to show ${JSON.stringify(text)}, but ${JSON.stringify(read.slice(0, 200))} is read there`;
  return { path, check: 'text', fault, fix: `Look at the frame. ${deleteAndBuild}` };
}
