import { z } from 'zod';

const ticksPerSecond = 10_000_000;

const metadataSchema = z.object({
  Metadata: z.array(
    z.object({
      Type: z.string(),
      Data: z.object({ Offset: z.number(), Duration: z.number() }).optional(),
    }),
  ),
});

/**
 * Where the last word ends, seconds, from the service's `audio.metadata` messages (offsets and durations in units of
 * 100 ns); undefined if there is none that can be read.
 */
export function wordsEnd(messages: readonly Uint8Array[]): number | undefined {
  let end: number | undefined;
  for (const message of messages) {
    const read = metadataSchema.safeParse(parseJson(message));
    for (const { Type, Data } of read.data?.Metadata ?? []) {
      if (Type !== 'WordBoundary' || Data === undefined) continue;
      end = Math.max(end ?? 0, (Data.Offset + Data.Duration) / ticksPerSecond);
    }
  }
  return end;
}

function parseJson(message: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(message));
  } catch {
    return undefined;
  }
}
