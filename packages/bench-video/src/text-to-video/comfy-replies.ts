import { z } from 'zod';

import { quote } from './web-fault.js';

/** Reply to `POST /prompt`. */
export const queuedSchema = z.object({ prompt_id: z.string().min(1) });

const fileSchema = z.object({
  filename: z.string().min(1),
  subfolder: z.string().default(''),
  type: z.string().default('output'),
});
export type ComfyFile = z.output<typeof fileSchema>;

const entrySchema = z.object({
  outputs: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  status: z
    .object({
      status_str: z.string().nullish(),
      completed: z.boolean().nullish(),
      messages: z.array(z.tuple([z.string(), z.unknown()]).rest(z.unknown())).nullish(),
    })
    .nullish(),
});
export type ComfyEntry = z.output<typeof entrySchema>;

/** Reply to `GET /history/{id}`: empty while the job waits or runs. */
export const historySchema = z.record(z.string(), entrySchema);

const failureSchema = z.object({ exception_message: z.string(), node_type: z.string().nullish() });

/** Why a job failed; undefined if it did not. */
export function failureOf({ status }: ComfyEntry): string | undefined {
  if (status?.status_str !== 'error') return undefined;
  for (const [name, data] of status.messages ?? []) {
    if (name === 'execution_interrupted') return 'it was interrupted';
    const failure = failureSchema.safeParse(data);
    if (name !== 'execution_error' || !failure.success) continue;
    const where = failure.data.node_type == null ? '' : ` in node ${quote(failure.data.node_type)}`;
    return `${quote(failure.data.exception_message)}${where}`;
  }
  return 'the server gives no reason';
}

const videoName = /\.(mp4|m4v|mov|webm|mkv|avi|gif)$/i;

/** Files that a job made, saved ones first: videos, and how many others. */
export function filesOf(
  { outputs }: ComfyEntry,
  outputNode?: string,
): { videos: ComfyFile[]; others: number } {
  const nodes = Object.entries(outputs).filter(([id]) => outputNode === undefined || id === outputNode);
  const files = nodes
    .flatMap(([, kinds]) => Object.values(kinds))
    .flatMap((list) => (Array.isArray(list) ? list : []))
    .map((file) => fileSchema.safeParse(file))
    .flatMap((parsed) => (parsed.success ? [parsed.data] : []));
  const videos = files.filter(({ filename }) => videoName.test(filename));
  const saved = videos.filter(({ type }) => type === 'output');
  return { videos: saved.length > 0 ? saved : videos, others: files.length - videos.length };
}
