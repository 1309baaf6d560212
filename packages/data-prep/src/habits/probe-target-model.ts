import { describingPart, responsePrefix, stylesIn } from './answer-prefix.js';
import { defaultHabits, withOverrides, type HabitOverrides, type Habits, type Modality } from './habits.js';

/**
 * What probing needs of a model: `MultimodalModel` of @sea-align/mllm has it. `Media` is whatever its `preprocess`
 * takes, for images a path, encoded bytes or raw pixels.
 */
export interface ProbedModel<Media> {
  readonly modality: Modality;
  blankMedium(): Promise<Float32Array>;
  preprocess(medium: Media): Promise<Float32Array>;
  encode(media: Float32Array[]): Promise<Float32Array[]>;
  prompt(turn: { question: string; medium?: boolean }): { ids: number[] };
  generate(
    requests: { promptIds: number[]; embedding?: Float32Array }[],
    options: { maxNewTokens: number },
  ): Promise<{ text: string }[]>;
}

export interface ProbeOptions<Media> {
  /** Real media to ask about, harmless ones of the target's domain. None: a blank one. */
  media?: readonly Media[];
  /** What is known already: questions to ask, and parts that win over what is found. */
  overrides?: HabitOverrides;
  /** Longest answer, default 32. */
  maxNewTokens?: number;
}

/** One question, put to all media. */
export interface ProbeAnswers {
  question: string;
  answers: string[];
  /** What the answers gave, or why the default was kept. */
  finding: string;
}

export interface ProbeReport {
  habits: Habits;
  asked: ProbeAnswers[];
}

const lowercaseOnly = (text: string) =>
  text !== '' && text === text.toLowerCase() && text !== text.toUpperCase();

/**
 * Asks the model the content and the style questions about real or blank media, and takes its habits of speech from how
 * the answers begin (prefixes), what they go on with (styles), how they end, and whether they have capitals. What the
 * answers do not settle keeps the default, and `asked` says so. Deterministic: greedy decoding.
 *
 * @throws ConfigError for overrides that are not valid.
 */
export async function probeTargetModel<Media>(
  model: ProbedModel<Media>,
  { media = [], overrides = {}, maxNewTokens = 32 }: ProbeOptions<Media> = {},
): Promise<ProbeReport> {
  const asking = withOverrides(defaultHabits(model.modality), overrides);
  const inputs: Float32Array[] = [];
  for (const medium of media) inputs.push(await model.preprocess(medium));
  if (inputs.length === 0) inputs.push(await model.blankMedium());
  const embeddings = await model.encode(inputs);
  const ask = async (question: string) => {
    const promptIds = model.prompt({ question, medium: true }).ids;
    const answers = await model.generate(
      embeddings.map((embedding) => ({ promptIds, embedding })),
      { maxNewTokens },
    );
    return answers.map(({ text }) => text.trim());
  };

  const asked: ProbeAnswers[] = [];
  const askPrefix = async (question: string, fallback: string) => {
    const answers = await ask(question);
    const prefix = responsePrefix(answers);
    const finding =
      prefix === undefined ? `no common opening; default "${fallback}" kept` : `opening "${prefix}"`;
    asked.push({ question, answers, finding });
    return { answers, prefix: prefix ?? fallback };
  };

  const { content, style } = asking;
  const activity = await askPrefix(content.activity.question, content.activity.prefix);
  const product = await askPrefix(content.product.question, content.product.prefix);
  const styled = await askPrefix(style.question, style.prefix);
  const found = stylesIn(styled.answers, styled.prefix);
  const enough = found.length > 1;
  asked[asked.length - 1].finding += enough
    ? `; ${found.length} styles`
    : '; fewer than two styles: default set kept';

  const spoken = asked.flatMap(({ answers }) => answers).filter((answer) => describingPart(answer) !== '');
  const ended = spoken.filter((answer) => /[.!?]$/.test(answer)).length;
  const probed: Habits = {
    ...asking,
    content: {
      activity: { ...content.activity, prefix: activity.prefix },
      product: { ...content.product, prefix: product.prefix },
    },
    style: { ...style, prefix: styled.prefix, styles: enough ? found : style.styles },
    ending: spoken.length > 0 && ended * 2 < spoken.length ? '' : '.',
    lowerCase: spoken.length > 0 && spoken.every(lowercaseOnly),
  };
  return { habits: withOverrides(probed, overrides), asked };
}
