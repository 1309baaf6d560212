import type { PhraseKind } from '@sea-align/core';

/** How the templates call the two kinds. */
const kindWords: Record<PhraseKind, string> = { activity: 'an activity', product: 'a product' };

const lead =
  /^\s*(?:the end of the |the )(image|video|audio) shows a phrase of (?:(an activity)|(a product))\s*\.\s+(\S[^]*)$/i;
/** Further words that can only mean the medium: replacing them may be right or wrong. */
const otherMention =
  /\b(?:the|this|that|above|given|provided|attached)\s+(?:\w+\s+)?(?:images?|pictures?|photos?|videos?|clips?|audios?|recordings?)\b/i;

/** A rewritten instruction taken apart. */
export interface Template {
  /** What the first sentence calls the phrase; undefined if it is not of the template. */
  readonly kind?: PhraseKind;
  /** What follows the first sentence, in which `this activity` or `this product` stands for the phrase. */
  readonly request?: string;
  /** Why the text does not fit; undefined if it does. */
  readonly misfit?: string;
}

/** Takes `The image shows a phrase of an activity. <request>` apart; also the same for video and audio. */
export function parseTemplate(text: string): Template {
  const match = lead.exec(text);
  if (match === null) {
    return { misfit: 'it does not begin with "The image shows a phrase of an activity." or "… a product."' };
  }
  const kind = match[2] === undefined ? 'product' : 'activity';
  const request = match[4].trimEnd();
  const mention = otherMention.exec(request);
  if (mention === null) return { kind, request };
  return { kind, request, misfit: `it speaks of ${JSON.stringify(mention[0])} besides its first sentence` };
}

/** Where the medium shows or says the phrase. */
export interface Wording {
  readonly medium: 'image' | 'video' | 'audio';
  /** DM_TYPO and KPT_noise: only at the end. */
  readonly atEnd: boolean;
}

/** The instruction of one task. */
export function wordTemplate(kind: PhraseKind, request: string, { medium, atEnd }: Wording): string {
  return `The ${atEnd ? 'end of the ' : ''}${medium} shows a phrase of ${kindWords[kind]}. ${request}`;
}
