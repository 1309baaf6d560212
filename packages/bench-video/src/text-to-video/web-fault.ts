import { videoError, videoErrorCodes } from './video-error-codes.js';

type FaultKind = keyof typeof videoErrorCodes;

/** A fault of one exchange with a server, before it is known whether it will be tried again. */
export class WebFault extends Error {
  readonly kind: FaultKind;
  readonly retry: boolean;
  /** Milliseconds that the server asks to wait. */
  readonly waitMs?: number;
  readonly hint?: string;

  constructor(
    kind: FaultKind,
    message: string,
    more: { retry?: boolean; waitMs?: number; hint?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.kind = kind;
    this.retry = more.retry ?? false;
    this.waitMs = more.waitMs;
    this.hint = more.hint;
  }

  /** The error for the user. */
  forUser(who: string, tries: number): Error {
    const often = this.retry && tries > 1 ? ` (tried ${tries} times)` : '';
    return videoError(who, this.kind, `${this.message}${often}`, { hint: this.hint });
  }
}

/** What an HTTP status means. `said`: what the server wrote, made safe to show. */
export function statusFault(status: number, said: string, waitMs: number | undefined): WebFault {
  const quoted = said === '' ? '' : `: ${said}`;
  if (status === 401 || status === 403) {
    // Nothing of the server's text: it tends to hold parts of the key.
    return new WebFault('unauthorized', `the server refuses the key (HTTP ${status})`, {
      hint: 'Check the environment variable with the key, and what the key may do.',
    });
  }
  if (status === 429) {
    return new WebFault('rateLimit', `too many requests (HTTP 429${quoted})`, {
      retry: true,
      waitMs,
      hint: 'Lower the concurrency, or raise retries and maxRetryDelayMs.',
    });
  }
  if (status >= 500 || status === 408) {
    return new WebFault('server', `fault of the server (HTTP ${status}${quoted})`, { retry: true, waitMs });
  }
  return new WebFault('request', `the server does not accept the request (HTTP ${status}${quoted})`, {
    hint: 'Check the address, the model and the parameters.',
  });
}

/** Milliseconds of `retry-after`: seconds or a date (RFC 9110 section 10.2.3). */
export function retryAfter(value: string | undefined | null, now = Date.now()): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** A text of a server, short, on one line, without control characters and without the key. */
export function quote(text: string, key?: string): string {
  const clean = text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  const safe = key === undefined ? clean : clean.replaceAll(key, '[key]');
  return safe.length > 200 ? `${safe.slice(0, 199)}…` : safe;
}

/** Address to show: queries may hold secrets. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
