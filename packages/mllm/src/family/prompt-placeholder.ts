/**
 * How a medium is written in a prompt. One placeholder token stands in the rendered chat template; it is replaced by as many
 * `placeholderId`s as the medium's geometry has tokens.
 */
export interface PromptPlaceholder {
  /** Token id of the placeholder; the tokenizer knows its text. */
  readonly id: number;
  /** The token's text where the tokenizer has no name for the id: `<image>`, `<|image_pad|>`, `<|AUDIO|>`. */
  readonly token: string;
  /** What stands around the token in a message of plain text: ['', '\n'] or ['<|vision_start|>', '<|vision_end|>']. */
  readonly around: readonly [before: string, after: string];
  /** `around` is put around a token that a chat template leaves bare on both sides, as HF's processor does. */
  readonly enclosed?: boolean;
  /** The medium as a part of a message, for templates that take lists: `{ type: 'image' }`, `{ type: 'audio', audio_url: '' }`. */
  readonly part: Readonly<Record<string, unknown>>;
}

/** A conversation of one turn, as a chat template gets it. */
export interface ChatTurn {
  question: string;
  medium: boolean;
  system?: string;
  /** Rendered as the assistant's message; without it, the text ends where the answer begins. */
  answer?: string;
}
