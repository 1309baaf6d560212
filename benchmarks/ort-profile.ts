import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** The events of ONNX Runtime's profile that matter here; times in microseconds. */
const eventSchema = z.object({
  cat: z.string(),
  name: z.string(),
  ts: z.number(),
  dur: z.number().default(0),
  args: z.object({ op_name: z.string().optional(), provider: z.string().optional() }).default({}),
});

/** Time of one operation type on one execution provider. */
export interface OperationTime {
  operation: string;
  provider: string;
  /** Microseconds of all its nodes over the runs. */
  microseconds: number;
  nodes: number;
}

/** Operation types whose work is a matrix product. */
export const productTypes = new Set(['Gemm', 'MatMul', 'FusedMatMul', 'FusedGemm']);

/**
 * Sums up the last `runs` runs of a profile by operation type and provider, longest first.
 * @param text a Chrome trace as ONNX Runtime writes it: one event a line or a JSON array
 */
export function operationTimes(text: string, runs: number): OperationTime[] {
  const events = z.array(eventSchema).parse(JSON.parse(text));
  const calls = events.filter(({ cat, name }) => cat === 'Session' && name === 'model_run').slice(-runs);
  const from = Math.min(...calls.map(({ ts }) => ts));
  const times = new Map<string, OperationTime>();
  for (const { cat, name, ts, dur, args } of events) {
    // A node has events for fences and kernel; the kernel's is the time.
    if (cat !== 'Node' || !name.endsWith('_kernel_time') || ts < from) continue;
    const { op_name: operation = 'unknown', provider = 'unknown' } = args;
    const key = `${operation} ${provider}`;
    const known = times.get(key) ?? { operation, provider, microseconds: 0, nodes: 0 };
    known.microseconds += dur;
    known.nodes++;
    times.set(key, known);
  }
  return [...times.values()].sort((a, b) => b.microseconds - a.microseconds);
}

/** The profile of the session whose label starts so, in a folder of profiles. */
export async function readProfile(folder: string, label: string): Promise<string> {
  const prefix = label.replaceAll(/[^\w-]+/g, '-');
  const files = (await readdir(folder)).filter((file) => file.startsWith(prefix));
  if (files.length !== 1) throw new Error(`${folder} has ${files.length} profiles of ${label}`);
  return readFile(join(folder, files[0]), 'utf8');
}
