import type { Engine } from '../engine.js';
import { isRight, TRIAL_RUNS, trialProduct } from './trial-product.js';

/** What came of letting a device compute. */
export type Trial =
  | {
      readonly computes: true;
      /** Best time of the product. */
      readonly milliseconds: number;
      /** What computes in place of a GPU, if something does. */
      readonly software?: string;
    }
  | { readonly computes: false; /** A sentence without its full stop. */ readonly reason: string };

/** The first line of an error's message, short enough for a table. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.split('\n').find((text) => text.trim() !== '') ?? 'no reason given';
  return line.trim().replace(/\.$/, '').slice(0, 300);
}

/** Computes the trial product with an engine and disposes it. Never throws. */
export async function tryEngine(open: () => Promise<Engine>): Promise<Trial> {
  let engine: Engine | undefined;
  try {
    engine = await open();
    const { graph, feeds, expected } = trialProduct();
    const session = await engine.compile(graph, { label: 'trial product' });
    let milliseconds = Infinity;
    for (let run = 0; run <= TRIAL_RUNS; run++) {
      const start = performance.now();
      const { product } = await session.run(feeds);
      if (!isRight(product.data as Float32Array, expected)) {
        return { computes: false, reason: 'it computed a wrong product' };
      }
      if (run > 0) milliseconds = Math.min(milliseconds, performance.now() - start);
    }
    return { computes: true, milliseconds };
  } catch (error) {
    return { computes: false, reason: reasonOf(error) };
  } finally {
    await engine?.dispose().catch(() => undefined);
  }
}
