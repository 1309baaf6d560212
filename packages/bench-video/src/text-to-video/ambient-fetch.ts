import { AsyncLocalStorage } from 'node:async_hooks';

const scope = new AsyncLocalStorage<typeof fetch>();
let before = globalThis.fetch;

const scoped: typeof fetch = (input, init) => (scope.getStore() ?? before)(input, init);

/** Fetch as it is outside of every `withFetch`. */
export const plainFetch: typeof fetch = (input, init) => before(input, init);

/**
 * Runs `work` so that whatever it calls, however deep, gets `own` for the global `fetch`; all other code goes on with
 * the usual one. Needed because @huggingface/inference takes a fetch for its first request only: it looks at jobs and
 * downloads results, from addresses that a server gave, by the global one.
 */
export function withFetch<T>(own: typeof fetch, work: () => Promise<T>): Promise<T> {
  if (globalThis.fetch !== scoped) {
    before = globalThis.fetch;
    globalThis.fetch = scoped;
  }
  return scope.run(own, work);
}

/** `own` so that a global fetch inside of it is the usual one again: a transport may well be written with it. */
export function unscoped(own: typeof fetch): typeof fetch {
  return (input, init) => scope.exit(() => own(input, init));
}
