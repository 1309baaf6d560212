import { z } from 'zod';
import { ConfigError, listIssues, parseConfig } from '@sea-align/core';

const text = z.string().refine((value) => value.trim() !== '', 'must not be empty');
const question = z.strictObject({ question: text, prefix: z.string() });

/** The schema of `Habits`, strict: unknown keys are faults. */
export const habitsSchema = z.strictObject({
  /** What the medium is called in questions: image, video, audio, or any other word. */
  modality: text,
  /** The content question by kind of phrase, and how the model begins to answer it. */
  content: z.strictObject({ activity: question, product: question }),
  /** The style question, how the model begins to answer it, and the style descriptions to draw from. */
  style: question.extend({ styles: z.array(text).min(1) }),
  /** Questions no control sample trains on, by kind; the answers to them check an embedding. */
  verification: z.strictObject({ activity: z.array(text), product: z.array(text) }),
  /** What an answer ends with: usually `.`, or nothing. */
  ending: z.string(),
  /** The model writes lower case only. */
  lowerCase: z.boolean(),
});

/** How a target model speaks about a medium: what the control samples are written in. */
export type Habits = z.infer<typeof habitsSchema>;

/** Modalities that have habits of their own here; others bring theirs. */
export const knownModalities = ['image', 'video', 'audio'] as const;
type KnownModality = (typeof knownModalities)[number];

const overridesSchema = z.strictObject({
  modality: habitsSchema.shape.modality.optional(),
  content: z.strictObject({ activity: question.partial(), product: question.partial() }).partial().optional(),
  style: habitsSchema.shape.style.partial().optional(),
  verification: habitsSchema.shape.verification.partial().optional(),
  ending: z.string().optional(),
  lowerCase: z.boolean().optional(),
});

/** Any part of `Habits`; what is given wins over defaults and over what probing found. */
export type HabitOverrides = z.infer<typeof overridesSchema>;

const drawnAndPhotographed = [
  'a realistic photograph',
  'a black and white photograph',
  'an oil painting',
  'a watercolor painting',
  'a pencil sketch',
  'a flat cartoon',
  'a digital illustration',
  'a computer-generated 3D scene',
];

const filmed = [
  'a realistic home video',
  'a documentary film',
  'a black and white film',
  'an animated cartoon',
  'a news report',
  'a computer-generated 3D animation',
];

const recorded = [
  'a calm male voice in a quiet studio',
  'a lively female voice in a quiet studio',
  'an elderly voice on a telephone line',
  'a young voice outdoors with some wind',
  'a radio announcer with slight static',
  'a neutral synthetic voice',
];

/**
 * Our own wording for a model whose habits are not known; the content questions and the style question of images are
 * the paper's. For sound, style means speaker, voice and recording.
 * @throws ConfigError for a modality that has none here
 */
export function defaultHabits(modality: string): Habits {
  const known = knownModalities.find((name) => name === modality);
  if (known !== undefined) return knownHabits(known);
  throw new ConfigError(
    `There are no default habits of speech for the modality "${modality}"; there are for ${knownModalities.join(', ')}.`,
    { hint: 'Give habits: content, style and verification, in the wording of the modality.' },
  );
}

/**
 * The habits of a modality with the overrides laid over them; a modality without defaults needs `content`, `style` and
 * `verification` whole.
 * @throws ConfigError listing every fault, and what is missing
 */
export function habitsFor(modality: string, overrides: HabitOverrides = {}): Habits {
  if (knownModalities.some((name) => name === modality)) {
    return withOverrides(defaultHabits(modality), overrides);
  }
  const whole = habitsSchema.safeParse({ ending: '.', lowerCase: false, ...overrides, modality });
  if (whole.success) return whole.data;
  throw new ConfigError(
    `The modality "${modality}" has no default habits of speech, and those given are not complete:`,
    {
      issues: listIssues(whole.error),
      hint: `Give content, style and verification in the wording of the modality, or use ${knownModalities.join(', ')}.`,
    },
  );
}

function knownHabits(modality: KnownModality): Habits {
  const content = (kind: string) => `Please briefly describe the ${kind} in the ${modality}.`;
  const opening = { image: 'The image shows', video: 'The video shows', audio: 'The audio describes' }[
    modality
  ];
  return {
    modality,
    content: {
      activity: { question: content('activity'), prefix: opening },
      product: { question: content('product'), prefix: opening },
    },
    style: {
      question: `What is the style of this ${modality}?`,
      prefix: `The style of this ${modality} is`,
      styles: { image: drawnAndPhotographed, video: filmed, audio: recorded }[modality],
    },
    verification:
      modality === 'audio'
        ? {
            activity: ['What is being talked about in the audio?', 'What do you hear?'],
            product: ['What is being talked about in the audio?', 'What do you hear?'],
          }
        : {
            activity: [`What does the ${modality} show?`, `What is happening in this ${modality}?`],
            product: [`What does the ${modality} show?`, `What do you see in this ${modality}?`],
          },
    ending: '.',
    lowerCase: false,
  };
}

/** `base` with the overrides laid over it, each part on its own. @throws ConfigError listing every fault. */
export function withOverrides(base: Habits, overrides: HabitOverrides = {}): Habits {
  const given = parseConfig(overridesSchema, overrides, 'The habits of the target model');
  const merged = {
    ...base,
    ...given,
    content: {
      activity: { ...base.content.activity, ...given.content?.activity },
      product: { ...base.content.product, ...given.content?.product },
    },
    style: { ...base.style, ...given.style },
    verification: { ...base.verification, ...given.verification },
  };
  return parseConfig(habitsSchema, merged, 'The habits of the target model');
}
