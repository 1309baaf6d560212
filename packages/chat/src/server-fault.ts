import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';

import { chatErrorCodes, type ChatErrorCode } from './chat-error-codes.js';

/** What went wrong between us and the server, free of secrets. */
export interface ServerFault {
  code: ChatErrorCode;
  message: string;
  hint?: string;
  /** Whether sending it again may help. */
  retry: boolean;
  /** How long the server asks us to wait. */
  waitMs?: number;
  status?: number;
}

/** Thrown when one reply took longer than the limit. */
export class ReplyTimeout extends Error {}
/** Thrown when what replied is not a chat API. */
export class NotAChatReply extends Error {}

/** Thrown for HTTP 200 with an error as body, as some relays send. */
export class ErrorInReply extends Error {}

/** Tells what a fault of the SDK means. `redact` takes the key out of texts of the server. */
export function classifyFault(error: unknown, redact: (text: string) => string): ServerFault | undefined {
  if (error instanceof ReplyTimeout || error instanceof APIConnectionTimeoutError) {
    return {
      code: chatErrorCodes.timeout,
      message: 'no complete reply within the time limit',
      hint: 'Raise timeoutMs, or lower concurrency.',
      retry: true,
    };
  }
  if (error instanceof NotAChatReply) {
    return {
      code: chatErrorCodes.notApi,
      message: error.message,
      hint: 'Check baseURL; it usually ends in /v1.',
      retry: false,
    };
  }
  if (error instanceof ErrorInReply) {
    const said = redact(error.message).slice(0, 300);
    return { code: chatErrorCodes.server, message: `fault of the server (${said})`, retry: true };
  }
  if (error instanceof APIConnectionError) {
    const cause = redact(innermostMessage(error));
    return {
      code: chatErrorCodes.network,
      message: `the server cannot be reached (${cause})`,
      hint: 'Check baseURL and the network.',
      retry: true,
    };
  }
  if (error instanceof APIError && typeof error.status === 'number')
    return statusFault(error, error.status, redact);
  // A body that is no JSON, or is cut off ("terminated" of undici).
  if (error instanceof SyntaxError || (error instanceof TypeError && error.message === 'terminated')) {
    return {
      code: chatErrorCodes.network,
      message: `the reply is broken (${redact(innermostMessage(error)).slice(0, 120)})`,
      retry: true,
    };
  }
  return undefined;
}

/** Error codes by which servers say that a filter refused the question. */
const filterCodes: readonly string[] = ['content_filter', 'content_policy_violation'];

function statusFault(error: APIError, status: number, redact: (text: string) => string): ServerFault {
  const said = redact(error.message).replaceAll(/\s+/g, ' ').slice(0, 300);
  const waitMs = retryAfter(error.headers);
  if (status === 401 || status === 403) {
    // Nothing of the server's text: it tends to hold parts of the key.
    return {
      code: chatErrorCodes.unauthorized,
      message: `the server refuses the key (HTTP ${status})`,
      hint: 'Check the environment variable named by apiKeyEnv, and what the key may do.',
      retry: false,
      status,
    };
  }
  if (status === 429 && error.code === 'insufficient_quota') {
    return {
      code: chatErrorCodes.quota,
      message: 'the account has no credit left (HTTP 429)',
      hint: "Check the account's plan and billing.",
      retry: false,
      status,
    };
  }
  if (status === 429) {
    return {
      code: chatErrorCodes.rateLimit,
      message: `too many requests (HTTP 429: ${said})`,
      hint: 'Lower concurrency, or raise retries and maxRetryDelayMs.',
      retry: true,
      waitMs,
      status,
    };
  }
  if (status === 400 && typeof error.code === 'string' && filterCodes.includes(error.code)) {
    return {
      code: chatErrorCodes.refused,
      message: 'the content filter of the server refuses the question (HTTP 400)',
      hint: 'Leave this row out, or use another model.',
      retry: false,
      status,
    };
  }
  if (status >= 500 || status === 408 || status === 409) {
    return {
      code: chatErrorCodes.server,
      message: `fault of the server (HTTP ${said})`,
      retry: true,
      waitMs,
      status,
    };
  }
  return {
    code: chatErrorCodes.request,
    message: `the server does not accept the request (HTTP ${said})`,
    hint: 'Check model, baseURL and the parameters of the request.',
    retry: false,
    status,
  };
}

/** Milliseconds of `retry-after-ms` or `retry-after` (seconds or a date, RFC 9110 section 10.2.3). */
export function retryAfter(headers: Headers | undefined, now = Date.now()): number | undefined {
  const precise = headers?.get('retry-after-ms')?.trim();
  if (precise !== undefined && /^\d+(\.\d+)?$/.test(precise)) return Number(precise);
  const value = headers?.get('retry-after')?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function innermostMessage(error: Error): string {
  let inner: Error = error;
  while (inner.cause instanceof Error) inner = inner.cause;
  const code = 'code' in inner && typeof inner.code === 'string' ? inner.code : undefined;
  return code ?? inner.message;
}
