/** What follows a frame: a verb phrase in base form, one in -ing form, a noun phrase, or whichever it looks like. */
export type FrameSlot = 'base' | 'participle' | 'noun' | 'either';

export interface FramedRequest {
  slot: FrameSlot;
  /** The rest of the sentence after the frame, without its end mark. */
  rest: string;
}

/** Polite and narrative openings that say nothing about the thing asked for. Applied again and again. */
const preambles = [
  /^(?:please|hi|hello|hey|okay|ok|so|well|and|also|then|now)\b[,!.]?\s+/i,
  /^(?:can|could|would|will) you (?:please |kindly |possibly )?/i,
  /^(?:i'd like|i would like|i want|i need|i wish) (?:you )?to (?:know|learn|understand|ask|tell me|show me|explain)(?: to me)?,?\s+(?=how|where|what|about)/i,
  /^(?:i wonder|i was wondering|do you know|any idea|tell me|show me|teach me|explain(?: to me)?|describe|let me know|help me (?:to )?(?:understand|learn|figure out|find out))(?: in detail| exactly)?,?\s+(?=how|where|what)/i,
];

const who =
  '(?:i|you|we|someone|somebody|anyone|one|a person|a beginner|people|they|a (?:kid|child|man|woman))';
const guide =
  '(?:(?:step[- ]by[- ]step |detailed |simple |short |easy |clear |complete |quick |good |some |a few |the |your |best )*(?:instructions?|guides?|tutorials?|tips|advice|directions|steps|plans?|manuals?|lessons?|ideas|methods?|recipes?))';
const askFor =
  "(?:(?:give|write|show|send|get|make|offer) (?:me |us )?|provide (?:me |us )?(?:with )?|create |i (?:need|want|would like) |i'd like |list |share )";

const frames: readonly { pattern: RegExp; slot: FrameSlot }[] = [
  {
    pattern: new RegExp(
      `^how (?:do|can|could|would|should|might|does|did|may) ${who} (?:best |actually |go about (?=\\w+ing\\b))?`,
      'i',
    ),
    slot: 'base',
  },
  { pattern: /^how to (?:best )?/i, slot: 'base' },
  { pattern: new RegExp(`^how ${who} (?:can|could|should|might|would) `, 'i'), slot: 'base' },
  {
    pattern:
      /^what(?:'s| is) (?:the|a) (?:(?:best|easiest|fastest|quickest|cheapest|safest|simplest|right|correct|proper|good|easy|quick) )*(?:way|method|trick) (?:for me )?to /i,
    slot: 'base',
  },
  {
    pattern:
      /^what are (?:the |some )?(?:(?:best|easiest|good|easy|different|common) )*(?:ways|steps|methods|tricks) (?:needed |required )?to /i,
    slot: 'base',
  },
  {
    pattern:
      /^what are (?:the |some )?(?:(?:best|easiest|good|easy|different|common) )*(?:ways|steps|methods|tricks) (?:for|of) /i,
    slot: 'participle',
  },
  {
    pattern:
      /^(?:what(?:'s| is) the (?:best |cheapest )?(?:place|shop|store) to |where (?:can|could|do|should|would|might|may) (?:i|you|we|one|someone|people) (?:go to )?|where to )/i,
    slot: 'base',
  },
  { pattern: /^(?:teach|show|help) (?:me|us) (?:how )?to /i, slot: 'base' },
  { pattern: /^(?:tell|explain to) (?:me|us) how to /i, slot: 'base' },
  { pattern: /^help (?:me|us) (?:with )?(?=[a-z]+ing\b)/i, slot: 'participle' },
  { pattern: /^help (?:me|us) (?!with\b|please\b|out\b)/i, slot: 'base' },
  {
    pattern:
      /^(?:i (?:want|need|would like|plan|intend|am trying|am planning) to|i'd like to|i'm (?:trying|planning) to) /i,
    slot: 'base',
  },
  {
    pattern: new RegExp(`^${askFor}(?:an? )?${guide} (?:for me )?(?:on |about |for )?(?:how )?to `, 'i'),
    slot: 'base',
  },
  { pattern: new RegExp(`^${askFor}(?:an? )?${guide} (?:for|on|about|of|to) `, 'i'), slot: 'either' },
  { pattern: /^what(?:'s| is) the (?:best |normal |usual |current )?(?:price|cost) of /i, slot: 'noun' },
  { pattern: /^how much (?:does|do|is|are|would) (?=\w+ )/i, slot: 'noun' },
  { pattern: /^(?:recommend|suggest|sell) (?:me )?(?!how|what|where|ways?)/i, slot: 'noun' },
  { pattern: /^(?:tell me (?:more |everything |all )?about|what do you know about) /i, slot: 'either' },
];

/** Recognises one sentence as a request of a known wording; undefined if it is none. */
export function frameOf(sentence: string): FramedRequest | undefined {
  let text = sentence.trim().replace(/[\s.?!]+$/, '');
  for (let before = ''; before !== text;) {
    before = text;
    for (const preamble of preambles) text = text.replace(preamble, '');
  }
  for (const { pattern, slot } of frames) {
    const match = pattern.exec(text);
    if (match !== null && match[0].length < text.length)
      return { slot, rest: text.slice(match[0].length).trim() };
  }
  return undefined;
}

/** Splits an instruction into sentences: at end marks followed by a blank, and at line ends. */
export function sentencesOf(instruction: string): string[] {
  return instruction
    .split(/(?<=[.?!])\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}
