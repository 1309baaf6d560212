import type { ChatEstimate } from '@sea-align/chat';

const count = (value: number) => value.toLocaleString('en-US');

/** What a dry run says about spending; `undefined` is an extractor that asks no server. */
export function estimateText(estimate: ChatEstimate | undefined): string {
  if (!estimate) return 'No cost: the extractor works offline.';
  const { requests, cacheHits, promptTokens, answerTokens, spend, note } = estimate;
  const asked = `${count(requests)} requests, ${count(cacheHits)} of them answered by the cache`;
  const tokens = `about ${count(promptTokens)} tokens in and ${count(answerTokens)} out`;
  const cost = spend ? `about ${spend.amount.toPrecision(2)} ${spend.currency}` : 'spend unknown';
  return `${asked}; ${tokens}; ${cost}.\n  ${note}`;
}
