import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

import { errnoOf, SeaError } from '@sea-align/core';
import pRetry from 'p-retry';

import { quote, retryAfter, statusFault, WebFault } from './web-fault.js';
import type { CheckedWebOptions } from './web-options.js';

const maxRedirects = 5;
const maxFaultText = 64 * 2 ** 10;

export interface WebRequest {
  url: URL;
  method?: 'GET' | 'POST';
  json?: unknown;
  /** Milliseconds for this one instead of `requestTimeoutMs`. */
  timeoutMs?: number;
  signal: AbortSignal;
}

/** A reply with status 2xx whose body is still to be read. */
export interface WebReply {
  status: number;
  url: URL;
  contentType: string;
  location?: string;
  body: IncomingMessage;
}

/**
 * Talks to one server: key, time limit, retries with growing delays, no other host. Made on `node:http` because fetch
 * gives up on replies that take more than five minutes, as diffusion does.
 */
export class WebClient {
  readonly #who: string;
  readonly #options: CheckedWebOptions;
  readonly #origin: string;
  readonly #key: { header: string; value: string; secret: string } | undefined;
  /** Further hosts that may be asked, without the key. */
  readonly #resultHosts: readonly string[];

  constructor(
    who: string,
    base: URL,
    options: CheckedWebOptions,
    more: { key?: { header: string; value: string; secret: string }; resultHosts?: readonly string[] } = {},
  ) {
    this.#who = who;
    this.#options = options;
    this.#origin = base.origin;
    this.#key = more.key;
    this.#resultHosts = more.resultHosts ?? [];
  }

  /** Throws MediaError (server, network), what `read` throws, or the reason of the signal. */
  async send<T>(request: WebRequest, read: (reply: WebReply) => Promise<T>): Promise<T> {
    const { retries, retryDelayMs, maxRetryDelayMs } = this.#options;
    let tries = 0;
    try {
      return await pRetry(
        () => {
          tries += 1;
          return this.#once(request, read);
        },
        {
          retries,
          minTimeout: retryDelayMs,
          maxTimeout: maxRetryDelayMs,
          randomize: true,
          signal: request.signal,
          shouldRetry: ({ error }) => this.#waitAsAsked(error, request.signal),
        },
      );
    } catch (error) {
      if (error instanceof WebFault) throw error.forUser(this.#who, tries);
      throw error;
    }
  }

  /** Absolute form of an address that the server gave. Throws MediaError if it leads to another host. */
  resolve(address: string, base: URL): URL {
    if (!URL.canParse(address, base.href)) {
      throw new WebFault('protocol', `the server gave an address that is none: ${quote(address)}`).forUser(
        this.#who,
        1,
      );
    }
    const url = new URL(address, base);
    const fault = this.#otherHost(url, 'names a file on');
    if (fault !== undefined) throw fault.forUser(this.#who, 1);
    return url;
  }

  async #waitAsAsked(error: Error, signal: AbortSignal): Promise<boolean> {
    if (!(error instanceof WebFault) || !error.retry) return false;
    const { waitMs } = error;
    if (waitMs === undefined) return true;
    if (waitMs > this.#options.maxRetryDelayMs) {
      const seconds = Math.ceil(waitMs / 1000);
      throw new WebFault(
        error.kind,
        `${error.message}; the server asks to wait ${seconds} s, more than maxRetryDelayMs allows`,
        { hint: error.hint },
      );
    }
    await sleep(waitMs, signal);
    return true;
  }

  async #once<T>(request: WebRequest, read: (reply: WebReply) => Promise<T>): Promise<T> {
    const timeoutMs = request.timeoutMs ?? this.#options.requestTimeoutMs;
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([request.signal, limit]);
    try {
      const reply = await this.#follow(request, signal);
      try {
        return await read(reply);
      } finally {
        reply.body.destroy();
      }
    } catch (error) {
      request.signal.throwIfAborted();
      if (limit.aborted) {
        throw new WebFault('timeout', `no complete reply within ${timeoutMs / 1000} s`, {
          // A second POST may pay for a second clip while the first is still being made.
          retry: request.method !== 'POST',
          hint: 'Raise requestTimeoutMs or jobTimeoutMs, or lower the concurrency.',
        });
      }
      if (error instanceof WebFault || SeaError.isInstance(error)) throw error;
      const errno = errnoOf(error);
      if (errno === undefined) throw error;
      const fault =
        errno === 'ECONNRESET' ? 'the connection broke' : `the server cannot be reached (${errno})`;
      throw new WebFault('network', fault, { retry: true, hint: 'Check the address and the network.' });
    }
  }

  async #follow(request: WebRequest, signal: AbortSignal): Promise<WebReply> {
    let { url, method = 'GET', json } = request;
    for (let redirects = 0; ; redirects++) {
      const body = await this.#exchange(url, method, json, signal);
      const status = body.statusCode ?? 0;
      const { location } = body.headers;
      if (status < 300 || status >= 400 || location === undefined) {
        const contentType = (body.headers['content-type'] ?? '').toLowerCase();
        if (status >= 200 && status < 300) return { status, url, contentType, location, body };
        const text = contentType.includes('html') ? 'an HTML page' : await readStart(body);
        body.destroy();
        throw statusFault(status, quote(text, this.#key?.secret), retryAfter(body.headers['retry-after']));
      }
      body.destroy();
      if (redirects === maxRedirects)
        throw new WebFault('protocol', `more than ${maxRedirects} redirects`, {});
      if (!URL.canParse(location, url.href)) throw new WebFault('protocol', 'a redirect to no address');
      url = new URL(location, url);
      const fault = this.#otherHost(url, 'redirects to');
      if (fault !== undefined) throw fault;
      if (status !== 307 && status !== 308) [method, json] = ['GET', undefined];
    }
  }

  #otherHost(url: URL, does: string): WebFault | undefined {
    if (url.origin === this.#origin) return undefined;
    const plain = url.protocol === 'http:' || url.protocol === 'https:';
    if (plain && this.#resultHosts.includes(url.host)) return undefined;
    return new WebFault('otherHost', `the server ${does} another host (${quote(url.origin)}); not followed`, {
      hint: `If you trust it, add ${quote(url.host)} to resultHosts where the client has that option.`,
    });
  }

  #exchange(url: URL, method: string, json: unknown, signal: AbortSignal): Promise<IncomingMessage> {
    const text = json === undefined ? undefined : Buffer.from(JSON.stringify(json));
    const headers: Record<string, string | number> = { accept: '*/*', 'user-agent': 'sea-align-bench-video' };
    if (this.#key !== undefined && url.origin === this.#origin) headers[this.#key.header] = this.#key.value;
    if (text !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = text.byteLength;
    }
    return new Promise((resolve, reject) => {
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const outgoing = send(url, { method, headers, signal }, resolve);
      outgoing.on('error', reject);
      outgoing.end(text);
    });
  }
}

/** The start of a faulty reply, for the message. */
async function readStart(body: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk as Uint8Array);
    size += (chunk as Uint8Array).byteLength;
    if (size > maxFaultText) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Rejects with the reason of the signal. */
export async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
  });
}
