import type { MediaSource, MultimodalModel, PreparedMedium } from '@sea-align/mllm';
import { describingPart, responsePrefix, stylesIn } from './answer-prefix.js';
import { habitsFor, withOverrides, type HabitOverrides, type Habits } from './habits.js';

/** What probing needs of a model. */
export type ProbedModel = Pick<
  MultimodalModel,
  'modality' | 'blankMedium' | 'preprocess' | 'encode' | 'prompt' | 'generate'
>;

export interface ProbeOptions {
  /** Real media to ask about, harmless ones of the target's domain. None: a blank one. */
  media?: readonly MediaSource[];
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
export async function probeTargetModel(
  model: ProbedModel,
  { media = [], overrides = {}, maxNewTokens = 32 }: ProbeOptions = {},
): Promise<ProbeReport> {
  const asking = habitsFor(model.modality, overrides);
  const inputs: PreparedMedium[] = [];
  for (const medium of media) inputs.push(await model.preprocess(medium));
  if (inputs.length === 0) inputs.push(await model.blankMedium());
  const embeddings = await model.encode(inputs);
  const ask = async (question: string) => {
    const requests = embeddings.map((embedding) => ({
      promptIds: model.prompt({ question, medium: embedding.geometry }).ids,
      embedding,
    }));
    const answers = await model.generate(requests, { maxNewTokens });
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
