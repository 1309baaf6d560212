import type { ToyModality } from '../world/modality.js';

/** Tokens that are no words, in the order of their ids, as the model family of a modality has them. */
export interface SpecialTokens {
  /** Every special token. */
  readonly all: readonly string[];
  readonly unknown: string;
  readonly pad: string;
  /** Ends an answer. */
  readonly end: string;
  /** Begins a text; Qwen's tokenizers have none. */
  readonly begin?: string;
  /** Holds the place of the medium. */
  readonly medium: string;
  /** Words that the chat template writes besides the speakers' names. */
  readonly templateText: string;
}

const qwen = { unknown: '<unk>', pad: '<|endoftext|>', end: '<|im_end|>' } as const;
const turns = ['<unk>', '<|endoftext|>', '<|im_start|>', '<|im_end|>'] as const;
const system = 'system user assistant You are a helpful assistant.';

export const specialTokens: Readonly<Record<ToyModality, SpecialTokens>> = {
  image: {
    all: ['<unk>', '<s>', '</s>', '<pad>', '<image>'],
    unknown: '<unk>',
    begin: '<s>',
    end: '</s>',
    pad: '<pad>',
    medium: '<image>',
    templateText: 'system user assistant :',
  },
  video: {
    all: [...turns, '<|vision_start|>', '<|vision_end|>', '<|vision_pad|>', '<|image_pad|>', '<|video_pad|>'],
    ...qwen,
    medium: '<|video_pad|>',
    templateText: system,
  },
  audio: {
    all: [...turns, '<|audio_bos|>', '<|AUDIO|>', '<|audio_eos|>'],
    ...qwen,
    medium: '<|AUDIO|>',
    templateText: `${system} Audio 1:`,
  },
};
