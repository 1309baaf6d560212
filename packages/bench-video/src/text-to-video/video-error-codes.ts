import { MediaError } from '@sea-align/core';

/** The codes of MediaError that text-to-video clients throw. */
export const videoErrorCodes = {
  /** The server said that the job failed, or was cancelled. */
  jobFailed: 'SEA_VIDEO_JOB_FAILED',
  /** The job did not end in time, or a reply stalled. */
  timeout: 'SEA_VIDEO_TIMEOUT',
  /** What came back is no video: an HTML page, a text, another JSON. */
  notVideo: 'SEA_VIDEO_NOT_VIDEO',
  /** The answer of the server does not follow its protocol. */
  protocol: 'SEA_VIDEO_PROTOCOL',
  /** A redirect or address that leads to another host. */
  otherHost: 'SEA_VIDEO_OTHER_HOST',
  /** More bytes than allowed. */
  tooLarge: 'SEA_VIDEO_TOO_LARGE',
  /** Key refused. */
  unauthorized: 'SEA_VIDEO_UNAUTHORIZED',
  /** Too many requests, still so after all retries. */
  rateLimit: 'SEA_VIDEO_RATE_LIMIT',
  /** Server faults (5xx), after all retries. */
  server: 'SEA_VIDEO_SERVER',
  /** Server not reached, or connection broken, after all retries. */
  network: 'SEA_VIDEO_NETWORK',
  /** The server does not accept such a request (4xx). */
  request: 'SEA_VIDEO_REQUEST',
} as const;

export type VideoErrorCode = (typeof videoErrorCodes)[keyof typeof videoErrorCodes];

/** A MediaError of a text-to-video client. `who` is its name. */
export function videoError(
  who: string,
  code: keyof typeof videoErrorCodes,
  fault: string,
  more: { hint?: string; cause?: unknown; details?: Record<string, unknown> } = {},
): MediaError {
  return new MediaError(`${who}: ${fault}`, { ...more, code: videoErrorCodes[code] });
}
