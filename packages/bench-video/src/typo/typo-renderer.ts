import { MediaError, writeFileAtomic } from '@sea-align/core';
import { encodeH264, type ToolOptions } from '@sea-align/media';
import { parseAnnexB, type CodedFrame, type CodedStream } from '../h264/annex-b.js';
import { buildMp4 } from '../h264/mp4.js';
import { wordPicture, wordsOf } from './text-picture.js';
import { checkTextStyle, clipFormat, type CheckedTextStyle, type TextStyle } from './text-style.js';

/** A text and the frames that show it. */
export interface ShownText {
  readonly text: string;
  /** Counted from 0. */
  readonly from: number;
  readonly frames: number;
}

/** How a TYPO clip came about, for the manifest. JSON-able. */
export interface TypoProvenance {
  readonly task: 'TYPO';
  readonly shown: readonly ShownText[];
  readonly frames: number;
  readonly seconds: number;
  readonly style: CheckedTextStyle;
  /** Pixels of the em of each word: less than the style's where a word is scaled to the width. */
  readonly fontSizes: readonly number[];
  readonly fonts: readonly string[];
}

interface Word {
  readonly stream: CodedStream;
  readonly fontSize: number;
  readonly fonts: readonly string[];
}

/** Words kept in memory, a few kB each. */
const keptWords = 20_000;

/**
 * Makes TYPO clips. Words repeat across phrases: each is drawn and encoded once, and clips are joined from coded frames in
 * memory, so that a clip of known words costs no ffmpeg at all.
 */
export class TypoRenderer {
  readonly #style: CheckedTextStyle;
  readonly #tools: ToolOptions['tools'];
  readonly #words = new Map<string, Promise<Word>>();

  /** Throws ConfigError for faults in `style`. */
  constructor(style: TextStyle = {}, { tools }: Pick<ToolOptions, 'tools'> = {}) {
    this.#style = checkTextStyle(style);
    this.#tools = tools;
  }

  /**
   * Writes the words of `phrase` one after another to `out`. Throws MediaError (no word, a missing glyph, which it names),
   * DiskError, or the reason of `signal`.
   */
  async clip(
    phrase: string,
    out: string,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<TypoProvenance> {
    const texts = wordsOf(phrase);
    const words: Word[] = [];
    for (const text of texts) words.push(await this.#word(text, signal));
    const [{ stream }] = words;
    for (const word of words) checkSame(stream, word.stream);
    const frames: CodedFrame[] = words.flatMap((word) => [...word.stream.frames]);
    await writeFileAtomic(out, buildMp4({ ...clipFormat, sps: stream.sps, pps: stream.pps, frames }));
    const hold = framesOf(this.#style);
    return {
      task: 'TYPO',
      shown: texts.map((text, at) => ({ text, from: at * hold, frames: hold })),
      frames: frames.length,
      seconds: frames.length / clipFormat.fps,
      style: this.#style,
      fontSizes: words.map(({ fontSize }) => fontSize),
      fonts: [...new Set(words.flatMap(({ fonts }) => fonts))],
    };
  }

  async #word(text: string, signal?: AbortSignal): Promise<Word> {
    for (;;) {
      signal?.throwIfAborted();
      const known = this.#words.get(text);
      if (known === undefined) break;
      // Another clip's interruption is not ours.
      const word = await known.catch(() => undefined);
      if (word !== undefined) return word;
    }
    if (this.#words.size >= keptWords) this.#words.clear();
    const made = this.#encode(text, signal);
    this.#words.set(text, made);
    made.catch(() => this.#words.delete(text));
    return made;
  }

  async #encode(text: string, signal?: AbortSignal): Promise<Word> {
    const { data, fontSize, fonts } = await wordPicture(text, this.#style);
    const hold = framesOf(this.#style);
    const coding = { ...clipFormat, pixelFormat: 'rgb24', hold, tools: this.#tools, signal } as const;
    return { stream: parseAnnexB(await encodeH264([data], coding)), fontSize, fonts };
  }
}

/** A single clip, for callers that have but one. Throws as `TypoRenderer.clip`. */
export function typoClip(
  phrase: string,
  options: TextStyle & ToolOptions,
  out: string,
): Promise<TypoProvenance> {
  const { tools, signal, ...style } = options;
  return new TypoRenderer(style, { tools }).clip(phrase, out, { signal });
}

function framesOf({ secondsPerWord }: CheckedTextStyle): number {
  return Math.round(secondsPerWord * clipFormat.fps);
}

function checkSame(first: CodedStream, other: CodedStream): void {
  if (Buffer.compare(first.sps, other.sps) === 0 && Buffer.compare(first.pps, other.pps) === 0) return;
  throw new MediaError('The video encoder codes words with different parameters; they cannot be joined.', {
    hint: 'Another build of ffmpeg may help: set SEA_FFMPEG to its path.',
  });
}
