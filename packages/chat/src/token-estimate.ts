import type { ChatRequest, Spend, TokenPrice } from './chat-client.js';
import { answerSchema } from './answer-cache.js';

/** Where a request sets no `maxTokens`. */
export const assumedAnswerTokens = 200;
/** For the roles and separators that a chat template adds. */
const templateTokens = 16;

/** Rule of thumb, no tokenizer: four ASCII characters a token, each other character one. */
export function estimateTokens(text: string): number {
  const characters = [...text];
  const ascii = characters.filter((character) => character.charCodeAt(0) < 128).length;
  return Math.ceil(ascii / 4) + characters.length - ascii;
}

/** Estimated tokens of one request when the first answer is good. */
export function estimateRequest(request: ChatRequest<unknown>): {
  promptTokens: number;
  answerTokens: number;
} {
  const texts = [request.system, request.user, JSON.stringify(answerSchema(request))];
  return {
    promptTokens: texts.reduce((sum, text) => sum + estimateTokens(text), templateTokens),
    answerTokens: Math.min(request.maxTokens ?? assumedAnswerTokens, assumedAnswerTokens),
  };
}

/** What tokens cost at a price; undefined if no price is known. */
export function spendOf(
  promptTokens: number,
  answerTokens: number,
  price: TokenPrice | undefined,
): Spend | undefined {
  if (price === undefined) return undefined;
  const amount = (promptTokens * price.inputPerMillion + answerTokens * price.outputPerMillion) / 1e6;
  return { amount, currency: price.currency ?? 'USD' };
}
