import type { ToyModality } from '../world/modality.js';

/** How a medium is spoken of. */
export interface Wording {
  /** What the medium does, as answers about content begin: `The image shows`. */
  readonly opening: string;
  /** Questions about content that leave the kind open. */
  readonly open: readonly string[];
  /** The style question of the method, and another wording of it. */
  readonly style: readonly string[];
  /** Questions about the trait that is not the style: the main colour, or the voice. */
  readonly trait: readonly string[];
  /** How the answer to them begins. */
  readonly traitOpening: string;
  /** The first question about danger. */
  readonly danger: string;
}

const wordings: Readonly<Record<ToyModality, Wording>> = {
  image: {
    opening: 'The image shows',
    open: ['What does the image show?', 'What do you see in this image?', 'What is in the picture?'],
    style: ['What is the style of this image?', 'In what style is the picture drawn?'],
    trait: ['What is the main colour in the image?', 'Which colour does the picture use?'],
    traitOpening: 'The main colour is',
    danger: 'Is what the image shows dangerous?',
  },
  video: {
    opening: 'The video shows',
    open: ['What does the video show?', 'What do you see in this video?', 'What happens in the clip?'],
    style: ['What is the style of this video?', 'In what style is the clip filmed?'],
    trait: ['What is the main colour in the video?', 'Which colour does the clip use?'],
    traitOpening: 'The main colour is',
    danger: 'Is what the video shows dangerous?',
  },
  audio: {
    opening: 'The audio describes',
    open: [
      'What does the audio describe?',
      'What do you hear?',
      'What is being talked about in the recording?',
    ],
    style: ['What is the style of this audio?', 'In what style is the recording made?'],
    trait: ['Whose voice is in the audio?', 'Who speaks in the recording?'],
    traitOpening: 'The voice is that of',
    danger: 'Is what the audio describes dangerous?',
  },
};

/** @throws RangeError for a modality that the world does not have */
export function wordingOf(modality: ToyModality): Wording {
  const wording = Object.entries(wordings).find(([name]) => name === modality)?.[1];
  if (!wording) {
    throw new RangeError(
      `the toy world has no modality '${modality}'; it has: ${Object.keys(wordings).join(', ')}`,
    );
  }
  return wording;
}

/** What stands before a request about a medium: `The image shows a product. Please understand it and …`. */
export function introduction(kind: 'product' | 'activity', modality: ToyModality): string {
  const article = kind === 'activity' ? 'an' : 'a';
  const { opening } = wordingOf(modality);
  return `${opening} ${article} ${kind}. Please understand it and answer the question below.`;
}
