import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

import { MediaError } from '@sea-align/core';
import { encodeH264, frameHashes, type ToolOptions } from '@sea-align/media';

import { parseAnnexB, type CodedFrame, type CodedStream } from '../h264/annex-b.js';
import { buildMp4 } from '../h264/mp4.js';
import { wordPicture } from './text-picture.js';
import { clipFormat, framesPerWord, type CheckedTextStyle } from './text-style.js';

/** A word as it stands in a clip. */
export interface CodedWord {
  readonly sps: Uint8Array;
  readonly pps: Uint8Array;
  /** The first is a key frame; the others show the same. */
  readonly frames: readonly CodedFrame[];
  /** Pixels of the em. */
  readonly fontSize: number;
  readonly fonts: readonly string[];
  /** SHA-256 of each frame as decoded, as `frameHashes` of the media package gives them; if asked for. */
  readonly hashes?: readonly string[];
}

export interface WordEncoderOptions extends Pick<ToolOptions, 'tools'> {
  /** Also decode each word, once, and hash its frames (default false). */
  hashFrames?: boolean;
}

interface Waiting {
  readonly word: string;
  readonly resolve: (coded: CodedWord) => void;
  readonly reject: (error: unknown) => void;
}

type Drawn = Waiting & Pick<CodedWord, 'fontSize' | 'fonts'>;

/** Words of one run of ffmpeg: enough to make its start cheap, few enough to keep every core busy. */
const largestBatch = 48;
/** Quantiser of x264: white text on black without visible blur, about 5 kB a word. */
const qp = 20;

/**
 * Codes words, several in one run of ffmpeg: starting it costs more than coding a word. Asking is enough; words that are
 * asked for while the encoders are busy make up the next batch.
 */
export class WordEncoder {
  readonly #style: CheckedTextStyle;
  readonly #tools: ToolOptions['tools'];
  readonly #hashFrames: boolean;
  readonly #waiting: Waiting[] = [];
  readonly #encoders = Math.min(4, availableParallelism());
  #running = 0;

  constructor(style: CheckedTextStyle, { tools, hashFrames = false }: WordEncoderOptions = {}) {
    this.#style = style;
    this.#tools = tools;
    this.#hashFrames = hashFrames;
  }

  /** Rejects with MediaError (a missing glyph, ffmpeg). */
  encode(word: string): Promise<CodedWord> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ word, resolve, reject });
      // After everything that is asked for in the same turn.
      setImmediate(() => this.#start());
    });
  }

  #start(): void {
    while (this.#waiting.length > 0 && this.#running < this.#encoders) {
      const share = Math.ceil(this.#waiting.length / (this.#encoders - this.#running));
      const batch = this.#waiting.splice(0, Math.min(share, largestBatch));
      this.#running += 1;
      void this.#run(batch).finally(() => {
        this.#running -= 1;
        this.#start();
      });
    }
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    const first = await this.#drawNext(batch, 0);
    if (first === undefined) return;
    const hold = framesPerWord(this.#style);
    const drawn: Drawn[] = [];
    const blank = new Uint8Array(first.data.byteLength);
    const draw = this.#drawNext.bind(this);
    // A blank before each word, dropped below: all words then stand at odd places and are coded alike in every batch.
    const pictures = async function* () {
      let next: NextDrawn | undefined = first;
      while (next !== undefined) {
        drawn.push(next);
        yield blank;
        yield next.data;
        next = await draw(batch, next.at + 1);
      }
    };
    try {
      const coding = {
        ...clipFormat,
        pixelFormat: 'rgb24',
        hold,
        independentQp: qp,
        tools: this.#tools,
      } as const;
      const stream = parseAnnexB(await encodeH264(pictures(), coding));
      if (stream.frames.length !== 2 * hold * drawn.length)
        throw new MediaError(
          `The video encoder gave ${stream.frames.length} frames instead of ${2 * hold * drawn.length}.`,
        );
      const words = drawn.map((_word, at) => cut(stream, (2 * at + 1) * hold, hold));
      const hashes = this.#hashFrames ? await this.#hash(stream, words) : undefined;
      drawn.forEach(({ resolve, fontSize, fonts }, at) =>
        resolve({ ...words[at], fontSize, fonts, hashes: hashes?.slice(at * hold, (at + 1) * hold) }),
      );
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  /** Of the frames of all words, one word after another: each begins anew, so they decode here as in any clip. */
  async #hash({ sps, pps }: CodedStream, words: readonly Pick<CodedWord, 'frames'>[]): Promise<string[]> {
    const folder = await mkdtemp(join(tmpdir(), 'sea-typo-'));
    try {
      const path = join(folder, 'words.mp4');
      const frames = words.flatMap((word) => [...word.frames]);
      await writeFile(path, buildMp4({ ...clipFormat, sps, pps, frames }));
      const hashes = await frameHashes(path, { tools: this.#tools });
      if (hashes.length === frames.length) return hashes;
      throw new MediaError(`Decoding ${frames.length} frames of words gave ${hashes.length}.`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** The first word of the batch from `at` that can be drawn; the others are told why not. */
  async #drawNext(batch: readonly Waiting[], at: number): Promise<NextDrawn | undefined> {
    for (let next = at; next < batch.length; next++) {
      const waiting = batch[next];
      try {
        return { ...waiting, ...(await wordPicture(waiting.word, this.#style)), at: next };
      } catch (error) {
        waiting.reject(error);
      }
    }
    return undefined;
  }
}

type NextDrawn = Drawn & { readonly data: Uint8Array; readonly at: number };

function cut(
  { sps, pps, frames }: CodedStream,
  from: number,
  count: number,
): Pick<CodedWord, 'sps' | 'pps' | 'frames'> {
  const part = frames.slice(from, from + count);
  if (part[0].sync && part.slice(1).every(({ sync }) => !sync)) return { sps, pps, frames: part };
  throw new MediaError('The video encoder set its key frames elsewhere than asked.', {
    hint: 'Another build of ffmpeg may help: set SEA_FFMPEG to its path.',
  });
}
