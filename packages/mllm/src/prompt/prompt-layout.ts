import { CheckpointError, ConfigError } from '@sea-align/core';
import type { MediumGeometry } from '../family/medium-geometry.js';
import type { PromptPlaceholder } from '../family/prompt-placeholder.js';
import type { Prompt, PromptTurn } from '../multimodal-model.js';
import type { ModelTokenizer } from '../tokenizer/model-tokenizer.js';
import type { ChatTemplate } from './chat-template.js';

export interface PromptLayoutParts {
  tokenizer: ModelTokenizer;
  template: ChatTemplate;
  /** With the token's text as the tokenizer has it. */
  placeholder: PromptPlaceholder;
  modality: string;
  eosTokenId: number;
}

/** Turns text into token ids: chat template, tokenizer, expanded placeholder. */
export class PromptLayout {
  private answerContext: { ids: number[]; text: string } | undefined;

  /** @throws CheckpointError where the tokenizer does not know the placeholder as one token */
  constructor(private readonly parts: PromptLayoutParts) {
    const { tokenizer, placeholder, modality } = parts;
    const ids = tokenizer.encode(placeholder.token);
    if (!ids.includes(placeholder.id)) {
      throw new CheckpointError(
        `The tokenizer reads "${placeholder.token}" as [${ids.join(', ')}], not as the ${modality} token ${placeholder.id} of config.json.`,
        { hint: 'tokenizer.json and config.json are of different checkpoints.' },
      );
    }
  }

  /**
   * @param geometry of the medium that the turn shows
   * @throws ConfigError where the question itself holds the placeholder, or the medium is of another modality
   */
  prompt({ question, system }: PromptTurn, geometry?: MediumGeometry): Prompt {
    const { id, token } = this.parts.placeholder;
    for (const text of [question, system ?? '']) {
      if (text.includes(token)) throw new ConfigError(`A question must not hold the placeholder ${token}.`);
    }
    const ids = this.encodePrompt(this.parts.template({ question, medium: geometry !== undefined, system }));
    const mediumAt = ids.indexOf(id);
    if (geometry === undefined || mediumAt < 0) return { ids, mediumAt };
    if (geometry.placeholderId !== id) {
      throw new ConfigError(
        `The model is used for ${this.parts.modality}; a medium of modality ${geometry.modality} cannot stand in its prompts.`,
      );
    }
    const expanded = new Array<number>(geometry.tokens).fill(id);
    return { ids: [...ids.slice(0, mediumAt), ...expanded, ...ids.slice(mediumAt + 1)], mediumAt };
  }

  /** A turn without a medium as text. */
  render({ question, system }: PromptTurn): string {
    return this.parts.template({ question, medium: false, system });
  }

  /** The answer's tokens as they stand behind a prompt, and the end-of-sequence token. */
  answerIds(text: string): number[] {
    this.answerContext ??= this.findAnswerContext();
    const { ids, text: context } = this.answerContext;
    const joint = this.encodePrompt(context + text);
    const continues = ids.every((id, at) => joint[at] === id);
    const answer = continues ? joint.slice(ids.length) : this.parts.tokenizer.encode(text);
    return [...answer, this.parts.eosTokenId];
  }

  /** A prompt up to the first character of the answer, with the template's space before it. */
  private findAnswerContext(): { ids: number[]; text: string } {
    const turn = { question: 'a', medium: false };
    const prompt = this.parts.template(turn);
    const marker = 'answer';
    const complete = this.parts.template({ ...turn, answer: marker });
    const at = complete.lastIndexOf(marker);
    const between =
      complete.startsWith(prompt) && at >= prompt.length ? complete.slice(prompt.length, at) : '';
    // A trailing space belongs to the first token of the answer, so the context's tokens end before it.
    return { ids: this.encodePrompt(prompt), text: prompt + between };
  }

  /** With the tokenizer's special tokens at the start, once, and none at the end. */
  private encodePrompt(text: string): number[] {
    const { tokenizer } = this.parts;
    const plain = tokenizer.encode(text);
    if (tokenizer.bosTokenId !== undefined && plain[0] === tokenizer.bosTokenId) return plain;
    const ids = tokenizer.encode(text, { addSpecialTokens: true });
    const added = ids.length - plain.length;
    const leading = Array.from({ length: added + 1 }, (_, at) => at).find((at) =>
      plain.every((id, place) => ids[at + place] === id),
    );
    return leading === undefined ? plain : ids.slice(0, leading + plain.length);
  }
}
