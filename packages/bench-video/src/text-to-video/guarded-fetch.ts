import { BlockList, isIP } from 'node:net';

import { errnoOf } from '@sea-align/core';
import pRetry from 'p-retry';

import { sleep } from './web-client.js';
import { quote, retryAfter, shownUrl, statusFault, WebFault } from './web-fault.js';
import type { CheckedWebOptions } from './web-options.js';

const maxRedirects = 5;

const privateNetworks = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  privateNetworks.addSubnet(network, prefix, 'ipv4');

/**
 * Two forms of fetch for a library that talks to servers of its own choice: time limit, retries, limit of bytes, no
 * redirect to another host. Faults are thrown as WebFault.
 */
export interface GuardedFetch {
  /** For addresses that the library itself is written with; their hosts may get the key from then on. */
  trusted: typeof fetch;
  /** For all others: no key to hosts not yet trusted, https only, no private addresses. */
  untrusted: typeof fetch;
}

export function createGuardedFetch(
  base: typeof fetch,
  options: CheckedWebOptions,
  signal: AbortSignal,
  secret: string,
): GuardedFetch {
  const trustedHosts = new Set<string>();
  const send = (request: Request): Promise<Response> =>
    sendWithRetries(base, request, options, signal, secret);
  return {
    trusted: (input, init) => {
      const request = new Request(input, init);
      trustedHosts.add(new URL(request.url).host);
      return send(request);
    },
    untrusted: async (input, init) => {
      const request = new Request(input, init);
      const url = new URL(request.url);
      if (!trustedHosts.has(url.host)) checkForeign(url, request.headers.has('authorization'));
      return send(request);
    },
  };
}

function checkForeign(url: URL, withKey: boolean): void {
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const local =
    isIP(name) === 6 || (isIP(name) === 4 && privateNetworks.check(name)) || /(^|\.)localhost$/.test(name);
  if (!withKey && !local && url.protocol === 'https:') return;
  throw new WebFault('otherHost', `the server names a file at ${quote(shownUrl(url))}; not fetched`);
}

async function sendWithRetries(
  base: typeof fetch,
  request: Request,
  options: CheckedWebOptions,
  signal: AbortSignal,
  secret: string,
): Promise<Response> {
  const { retries, retryDelayMs, maxRetryDelayMs } = options;
  return pRetry(() => sendOnce(base, request.clone(), options, signal, secret), {
    retries,
    minTimeout: retryDelayMs,
    maxTimeout: maxRetryDelayMs,
    randomize: true,
    signal,
    shouldRetry: async ({ error }) => {
      if (!(error instanceof WebFault) || !error.retry) return false;
      if (error.waitMs === undefined) return true;
      if (error.waitMs > maxRetryDelayMs) return false;
      await sleep(error.waitMs, signal);
      return true;
    },
  });
}

async function sendOnce(
  base: typeof fetch,
  request: Request,
  options: CheckedWebOptions,
  signal: AbortSignal,
  secret: string,
): Promise<Response> {
  const limit = AbortSignal.timeout(options.requestTimeoutMs);
  let response: Response;
  try {
    response = await follow(base, request, AbortSignal.any([signal, limit]));
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted) {
      throw new WebFault('timeout', `no reply within ${options.requestTimeoutMs / 1000} s`, {
        retry: request.method !== 'POST',
        hint: 'Raise requestTimeoutMs, or lower the concurrency.',
      });
    }
    if (error instanceof WebFault) throw error;
    throw new WebFault('network', `the server cannot be reached (${reason(error)})`, { retry: true });
  }
  const html = response.headers.get('content-type')?.includes('html') ?? false;
  if (response.ok && !html) return limited(response, options.maxBytes);
  const said = html ? 'an HTML page' : (await response.text().catch(() => '')).slice(0, 1000);
  if (response.ok) throw new WebFault('notVideo', 'the server sent an HTML page');
  throw statusFault(response.status, quote(said, secret), retryAfter(response.headers.get('retry-after')));
}

async function follow(base: typeof fetch, request: Request, signal: AbortSignal): Promise<Response> {
  let next = request;
  for (let redirects = 0; ; redirects++) {
    const response = await base(new Request(next.clone(), { redirect: 'manual', signal }));
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    if (redirects === maxRedirects) throw new WebFault('protocol', `more than ${maxRedirects} redirects`);
    if (!URL.canParse(location, next.url)) throw new WebFault('protocol', 'a redirect to no address');
    const url = new URL(location, next.url);
    if (url.origin !== new URL(request.url).origin)
      throw new WebFault(
        'otherHost',
        `the server redirects to another host (${quote(url.origin)}); not followed`,
      );
    const keepsMethod = response.status === 307 || response.status === 308;
    next = keepsMethod ? new Request(url, next) : new Request(url, { headers: next.headers });
  }
}

/** The response with a body that fails when it is larger than `maxBytes`. */
function limited(response: Response, maxBytes: number): Response {
  let size = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.byteLength;
      if (size <= maxBytes) controller.enqueue(chunk);
      else
        controller.error(new WebFault('tooLarge', `the video is larger than ${maxBytes} bytes (maxBytes)`));
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body?.pipeThrough(counter) ?? null, { status, statusText, headers });
}

/** Undici hides what happened in the cause. */
function reason(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause !== undefined) inner = inner.cause;
  return errnoOf(inner) ?? (inner instanceof Error ? quote(inner.message) : 'unknown');
}
