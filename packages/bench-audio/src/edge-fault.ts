import { speechErrorCodes, type SpeechErrorCode } from './speech-error.js';

/** What went wrong with one request to the edge-tts service. */
export class EdgeFault extends Error {
  readonly code: SpeechErrorCode;
  readonly hint?: string;
  /** Whether sending it again may help. */
  readonly retry: boolean;

  constructor(message: string, options: { code: SpeechErrorCode; hint?: string; retry: boolean }) {
    super(message);
    this.name = 'EdgeFault';
    this.code = options.code;
    this.hint = options.hint;
    this.retry = options.retry;
  }
}

/** The service answered, but not with what was asked for: broken off, or nonsense. Worth another try. */
export function brokenReply(what: string): EdgeFault {
  return new EdgeFault(what, { code: speechErrorCodes.service, retry: true });
}

/** No answer, or none that goes on, within the limit. */
export function noReply(milliseconds: number): EdgeFault {
  return new EdgeFault(`nothing came for ${milliseconds / 1000} s`, {
    code: speechErrorCodes.timeout,
    hint: 'Raise stallMs, or lower concurrency.',
    retry: true,
  });
}

/**
 * Tells what a fault of the library means. The status of a refused handshake stands only in its text. Nothing of the
 * text is passed on but that: it may hold the address with its token.
 */
export function classifyEdgeFault(error: unknown): EdgeFault {
  if (error instanceof EdgeFault) return error;
  const text = error instanceof Error ? error.message : '';
  const status = /Unexpected server response: (\d{3})/.exec(text)?.[1];
  if (status !== undefined) return statusFault(Number(status));
  if (text.includes('no turn.end received')) {
    return brokenReply('the connection closed before the speech was complete');
  }
  const reason = /\b(E[A-Z]{3,}|WS_ERR_[A-Z_]+)\b/.exec(text)?.[1] ?? 'the connection failed';
  return new EdgeFault(`the service cannot be reached (${reason})`, {
    code: speechErrorCodes.service,
    hint: 'Check the network; the flite voice needs none.',
    retry: true,
  });
}

function statusFault(status: number): EdgeFault {
  if (status === 429) {
    return new EdgeFault('too many requests (HTTP 429)', {
      code: speechErrorCodes.rateLimit,
      hint: 'Lower concurrency, or raise retries and maxRetryDelayMs.',
      retry: true,
    });
  }
  if (status >= 500) {
    return new EdgeFault(`fault of the server (HTTP ${status})`, {
      code: speechErrorCodes.service,
      retry: true,
    });
  }
  return new EdgeFault(`the service refuses us (HTTP ${status})`, {
    code: speechErrorCodes.refused,
    hint: "Check this machine's clock (it must be right to 5 minutes) and whether your network or region may use the service.",
    retry: false,
  });
}
