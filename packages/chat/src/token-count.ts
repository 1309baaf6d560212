import type { ChatUsage, TokenPrice } from './chat-client.js';
import type { ChatReply } from './chat-server.js';
import { spendOf } from './token-estimate.js';

/** Tokens of the replies so far, as the server counted them. */
export class TokenCount {
  #promptTokens = 0;
  #answerTokens = 0;
  #uncounted = 0;

  add({ promptTokens, answerTokens }: ChatReply): void {
    if (promptTokens === undefined || answerTokens === undefined) this.#uncounted += 1;
    this.#promptTokens += promptTokens ?? 0;
    this.#answerTokens += answerTokens ?? 0;
  }

  usage(
    price: TokenPrice | undefined,
  ): Pick<ChatUsage, 'promptTokens' | 'answerTokens' | 'uncounted' | 'spend'> {
    const [promptTokens, answerTokens] = [this.#promptTokens, this.#answerTokens];
    const spend = spendOf(promptTokens, answerTokens, price);
    return { promptTokens, answerTokens, uncounted: this.#uncounted, spend };
  }
}
