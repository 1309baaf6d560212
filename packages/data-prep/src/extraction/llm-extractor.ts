import { z } from 'zod';
import { chatErrorCodes, concernsOneRequest, type ChatClient, type ChatRequest } from '@sea-align/chat';
import { cleanText, findSpecialToken } from '../text/clean-text.js';
import { placeholders } from '../text/detoxify.js';
import {
  findPhrase,
  holdsText,
  namesPhrase,
  normalise,
  phraseCore,
  wordsOf,
} from '../text/phrase-matching.js';
import { promptVersion, systemPrompt, userPrompt } from './extraction-prompt.js';
import { reject, type ExtractionRequest, type PhraseExtractor } from './extraction.js';

const answerSchema = z.strictObject({
  kind: z.enum(['activity', 'product', 'none']),
  phrase: z.string(),
  detoxified: z.string(),
  sentence: z.string(),
});

type Answer = z.infer<typeof answerSchema>;

const longestPhrase = 15;
const longestSentence = 30;
/** The part of the detoxified text's words that the instruction must have, grammar's changes allowed for. */
const keptShare = 0.6;

/** What is wrong with an answer, in words that help the model to do better; undefined if it can be used. */
export function answerFault(answer: Answer, request: ExtractionRequest): string | undefined {
  const { kind } = answer;
  if (kind === 'none') {
    return request.phrase === undefined
      ? undefined
      : 'The phrase is marked already, so kind cannot be "none".';
  }
  const [phrase, detoxified, sentence] = [answer.phrase, answer.detoxified, answer.sentence].map(cleanText);
  if (request.kind !== undefined && kind !== request.kind) return `kind must be "${request.kind}".`;
  if (request.phrase !== undefined && normalise(phrase) !== normalise(request.phrase)) {
    return `phrase must be ${JSON.stringify(request.phrase)}.`;
  }
  if (findPhrase(request.instruction, phrase) === undefined) {
    return 'phrase is not in the instruction; copy it word for word, without adding or changing anything.';
  }
  if (wordsOf(phrase).length > longestPhrase)
    return `phrase has more than ${longestPhrase} words; take only what is needed.`;
  const core = kind === 'product' ? phraseCore(phrase) : phrase;
  if (holdsText(detoxified, phrase) || findPhrase(detoxified, core) !== undefined) {
    return `detoxified still holds the phrase; replace every mention of it by "${placeholders[kind]}".`;
  }
  if (!holdsText(detoxified, placeholders[kind])) return `detoxified does not hold "${placeholders[kind]}".`;
  const allowed = new Set([...wordsOf(request.instruction), ...wordsOf(`do ${placeholders[kind]}`)]);
  const words = wordsOf(detoxified);
  if (words.filter((word) => allowed.has(word)).length < keptShare * words.length) {
    return 'detoxified must be the instruction with nothing but the phrase replaced.';
  }
  if (kind === 'activity' && !namesPhrase(sentence, phrase)) {
    return 'sentence does not hold all main words of the phrase.';
  }
  if (kind === 'activity' && wordsOf(sentence).length > longestSentence) {
    return `sentence has more than ${longestSentence} words.`;
  }
  const marker = findSpecialToken(`${detoxified} ${sentence}`);
  return marker === undefined ? undefined : `The text ${JSON.stringify(marker)} is not allowed.`;
}

export interface LlmExtractorOptions {
  chat: ChatClient;
  /** Left to the server if absent. */
  temperature?: number;
  /** Limit of an answer in tokens; left to the server if absent. */
  maxTokens?: number;
}

/**
 * An extractor that asks a language model. The client holds the answer to a strict schema and to `answerFault`, and asks
 * again where it fails; what never fits, or is refused, becomes a rejection. Faults of the server, key or network are
 * thrown (ChatError), since the next row would fare no better.
 */
export function createLlmExtractor({ chat, temperature, maxTokens }: LlmExtractorOptions): PhraseExtractor {
  const chatRequest = (request: ExtractionRequest, signal?: AbortSignal): ChatRequest<Answer> => ({
    task: 'extract-phrase',
    version: promptVersion,
    system: systemPrompt,
    user: userPrompt(request),
    schema: answerSchema,
    validate: (answer) => answerFault(answer, request),
    input: request,
    temperature,
    maxTokens,
    signal,
  });

  return {
    name: `llm v${promptVersion}: ${chat.describe()}`,
    async extract(request, signal) {
      let answer: Answer;
      try {
        answer = await chat.complete(chatRequest(request, signal));
      } catch (error) {
        if (!concernsOneRequest(error)) throw error;
        return reject(error.code === chatErrorCodes.refused ? 'llm-refused' : 'llm-unusable', error.message);
      }
      if (answer.kind === 'none')
        return reject('nothing-to-show', 'the model found no phrase that can be shown');
      const fault = answerFault(answer, request);
      const own = findPhrase(request.instruction, cleanText(answer.phrase));
      // For clients that do not call `validate`.
      if (fault !== undefined || own === undefined)
        return reject('llm-unusable', fault ?? 'phrase is not in the instruction');
      const sentence = answer.kind === 'activity' ? cleanText(answer.sentence) : own;
      return {
        extraction: { phrase: own, kind: answer.kind, detoxified: cleanText(answer.detoxified), sentence },
      };
    },
    estimate: (requests) =>
      chat.estimate(requests.map((request) => chatRequest(request) as ChatRequest<unknown>)),
  };
}
