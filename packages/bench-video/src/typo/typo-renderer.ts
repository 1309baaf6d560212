import { ConfigError, MediaError, writeFileAtomic } from '@sea-align/core';
import type { ToolOptions } from '@sea-align/media';
import { buildMp4 } from '../h264/mp4.js';
import { isWord, wordsOf } from './text-picture.js';
import {
  checkTextStyle,
  clipFormat,
  framesPerWord,
  type CheckedTextStyle,
  type TextStyle,
} from './text-style.js';
import { WordEncoder, type CodedWord, type WordEncoderOptions } from './word-encoder.js';

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

/** Words kept in memory, a few kB each. */
const keptWords = 20_000;

/**
 * Makes TYPO clips. Words repeat across phrases: each is drawn and encoded once, and clips are joined from coded frames in
 * memory, so that a clip of known words costs no ffmpeg at all.
 */
export class TypoRenderer {
  readonly #style: CheckedTextStyle;
  readonly #encoder: WordEncoder;
  readonly #words = new Map<string, Promise<CodedWord>>();

  /** Throws ConfigError for faults in `style`. */
  constructor(style: TextStyle = {}, options: WordEncoderOptions = {}) {
    this.#style = checkTextStyle(style);
    this.#encoder = new WordEncoder(this.#style, options);
  }

  /**
   * Codes the words of many phrases ahead, which is faster than a few at a time. Words that cannot be shown are passed over:
   * `clip` tells of them. Throws the reason of `signal`; words under way are coded all the same.
   */
  async prepare(phrases: Iterable<string>, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
    const words = new Set<string>();
    for (const phrase of phrases) for (const word of phrase.split(/\s+/u)) if (isWord(word)) words.add(word);
    const coded = Promise.allSettled([...words].slice(0, keptWords).map((word) => this.#word(word)));
    await unlessAborted(coded, signal);
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
    const words = await unlessAborted(Promise.all(texts.map((text) => this.#word(text))), signal);
    const [first] = words;
    for (const word of words) checkSame(first, word);
    const frames = words.flatMap((word) => [...word.frames]);
    const { sps, pps } = first;
    await writeFileAtomic(out, buildMp4({ ...clipFormat, sps, pps, frames }));
    const hold = framesPerWord(this.#style);
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

  /**
   * SHA-256 of each decoded frame of the clip of `phrase`, without decoding the clip: words were decoded when they were coded.
   * Needs the option `hashFrames`. Throws as `clip`.
   */
  async frameHashes(phrase: string, { signal }: { signal?: AbortSignal } = {}): Promise<string[]> {
    const words = await unlessAborted(Promise.all(wordsOf(phrase).map((text) => this.#word(text))), signal);
    return words.flatMap(({ hashes }) => {
      if (hashes === undefined)
        throw new ConfigError('TypoRenderer.frameHashes needs the option hashFrames.');
      return [...hashes];
    });
  }

  #word(text: string): Promise<CodedWord> {
    const known = this.#words.get(text);
    if (known !== undefined) return known;
    if (this.#words.size >= keptWords) this.#words.clear();
    const coded = this.#encoder.encode(text);
    this.#words.set(text, coded);
    // A fault of ffmpeg or the disk may pass.
    coded.catch(() => this.#words.delete(text));
    return coded;
  }
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  signal.throwIfAborted();
  const stop = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { signal: stop.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    stop.abort();
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

function checkSame(first: CodedWord, other: CodedWord): void {
  if (Buffer.compare(first.sps, other.sps) === 0 && Buffer.compare(first.pps, other.pps) === 0) return;
  throw new MediaError('The video encoder codes words with different parameters; they cannot be joined.', {
    hint: 'Another build of ffmpeg may help: set SEA_FFMPEG to its path.',
  });
}
