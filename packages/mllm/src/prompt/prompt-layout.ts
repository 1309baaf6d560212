import { CheckpointError, ConfigError } from '@sea-align/core';
import type { Prompt, PromptTurn } from '../multimodal-model.js';
import type { ModelTokenizer } from '../tokenizer/model-tokenizer.js';
import type { ChatTemplate } from './chat-template.js';

export interface PromptLayoutParts {
  tokenizer: ModelTokenizer;
  template: ChatTemplate;
  placeholder: string;
  placeholderId: number;
  /** Modality tokens that one placeholder stands for. */
  tokensPerMedium: number;
  eosTokenId: number;
}

/** Turns text into token ids: chat template, tokenizer, expanded placeholder. */
export class PromptLayout {
  private answerContext: { ids: number[]; text: string } | undefined;

  /** @throws CheckpointError where the tokenizer does not know the placeholder as one token */
  constructor(private readonly parts: PromptLayoutParts) {
    const { tokenizer, placeholder, placeholderId } = parts;
    const ids = tokenizer.encode(placeholder);
    if (!ids.includes(placeholderId)) {
      throw new CheckpointError(
        `The tokenizer reads "${placeholder}" as [${ids.join(', ')}], not as the image token ${placeholderId} of config.json.`,
        { hint: 'tokenizer.json and config.json are of different checkpoints.' },
      );
    }
  }

  /** @throws ConfigError where the question itself holds the placeholder */
  prompt({ question, medium = false, system }: PromptTurn): Prompt {
    for (const text of [question, system ?? '']) {
      if (text.includes(this.parts.placeholder)) {
        throw new ConfigError(`A question must not hold the placeholder ${this.parts.placeholder}.`);
      }
    }
    const { placeholderId, tokensPerMedium } = this.parts;
    const ids = this.encodePrompt(this.parts.template({ question, medium, system }));
    const mediumAt = ids.indexOf(placeholderId);
    if (mediumAt < 0) return { ids, mediumAt };
    const expanded = new Array<number>(tokensPerMedium).fill(placeholderId);
    return { ids: [...ids.slice(0, mediumAt), ...expanded, ...ids.slice(mediumAt + 1)], mediumAt };
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
