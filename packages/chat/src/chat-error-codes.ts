import { ChatError } from '@sea-align/core';

/** The codes of ChatError that clients here throw. */
export const chatErrorCodes = {
  /** The model or a filter of the server refused this request. */
  refused: 'SEA_CHAT_REFUSED',
  /** No answer fitted schema and validation, however often it was asked. */
  invalid: 'SEA_CHAT_INVALID',
  /** Offline rules have no answer to this request. */
  noRule: 'SEA_CHAT_NO_RULE',
  /** Key refused. */
  unauthorized: 'SEA_CHAT_UNAUTHORIZED',
  /** The account has no credit left. */
  quota: 'SEA_CHAT_QUOTA',
  /** Too many requests, still so after all retries. */
  rateLimit: 'SEA_CHAT_RATE_LIMIT',
  /** No reply in time, after all retries. */
  timeout: 'SEA_CHAT_TIMEOUT',
  /** Server faults (5xx), after all retries. */
  server: 'SEA_CHAT_SERVER',
  /** Server not reached, or connection broken, after all retries. */
  network: 'SEA_CHAT_NETWORK',
  /** The server does not accept such a request (4xx): wrong model name, wrong parameter. */
  request: 'SEA_CHAT_REQUEST',
  /** What replied is not a chat API: an HTML page, another JSON. */
  notApi: 'SEA_CHAT_NOT_API',
} as const;

export type ChatErrorCode = (typeof chatErrorCodes)[keyof typeof chatErrorCodes];

const ofOneRequest: readonly string[] = [
  chatErrorCodes.refused,
  chatErrorCodes.invalid,
  chatErrorCodes.noRule,
];

/**
 * Whether the fault is this one request's (refused, never fitting, no rule), so that the next may well succeed.
 * False for faults of server, key or network, on which a run should stop.
 */
export function concernsOneRequest(error: unknown): error is ChatError {
  return ChatError.isInstance(error) && ofOneRequest.includes(error.code);
}
