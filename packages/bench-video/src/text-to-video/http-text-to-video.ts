import { parseConfig } from '@sea-align/core';
import { z } from 'zod';

import { estimateClips } from './estimate.js';
import { poll, withinJobTime } from './job.js';
import type { TextToVideo, VideoEstimate, VideoProvenance, VideoRequest } from './text-to-video.js';
import { videoError } from './video-error-codes.js';
import { readJson, saveVideo } from './web-body.js';
import { WebClient, type WebReply } from './web-client.js';
import { quote, shownUrl } from './web-fault.js';
import {
  costOptionsShape,
  keyVariable,
  readKey,
  serverUrl,
  webOptionsShape,
  type CostOptions,
  type WebOptions,
} from './web-options.js';

export interface HttpTextToVideoOptions extends WebOptions, CostOptions {
  /** Where to POST `{prompt, width, height, fps, num_frames, seed}`. */
  url: string;
  /** Name of the environment variable with the key; leave it out for a server that wants none. */
  apiKeyEnv?: string;
  /** Header of the key (default `authorization`, as `Bearer KEY`; any other header gets the bare key). */
  apiKeyHeader?: string;
  /** Further fields of the body, e.g. `{ model: 'wan-2.1' }`. They do not replace the six above. */
  parameters?: Record<string, unknown>;
  /** Further hosts (`cdn.example.org`, `localhost:8001`) from which a finished video may be fetched, without the key. */
  resultHosts?: string[];
  /** For the manifest (default the address of the server). */
  name?: string;
  /** Version of the model, for the manifest. */
  version?: string;
}

const optionsSchema = z.strictObject({
  ...webOptionsShape,
  ...costOptionsShape,
  url: serverUrl,
  apiKeyEnv: keyVariable.optional(),
  apiKeyHeader: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/, 'must be the name of an HTTP header')
    .default('authorization'),
  parameters: z.record(z.string(), z.unknown()).default({}),
  resultHosts: z.array(z.string().regex(/^[^/@\s]+$/, 'must be a host, without path')).default([]),
  name: z.string().min(1).optional(),
  version: z.string().min(1).default('unknown'),
});

// Loose: servers add their own.
const jobSchema = z.object({
  status: z.string().nullish(),
  status_url: z.string().nullish(),
  job_url: z.string().nullish(),
  video_url: z.string().nullish(),
  error: z.unknown().optional(),
});
type Job = z.output<typeof jobSchema>;

const failedStates = ['failed', 'failure', 'error', 'cancelled', 'canceled', 'expired', 'rejected'];
const endedStates = ['succeeded', 'success', 'completed', 'complete', 'done', 'finished'];

/**
 * Any server that takes `POST {prompt, width, height, fps, num_frames, seed}` and answers with the video, or with a
 * job: status 202 and a `Location`, or JSON with `job_url` (or `status_url`), which is then asked until it answers with
 * the video or with JSON whose `video_url` names it. Throws ConfigError for faults in `options`; the key is read when
 * the first clip is asked for.
 */
export function createHttpTextToVideo(options: HttpTextToVideoOptions): TextToVideo {
  return new HttpTextToVideo(parseConfig(optionsSchema, options, 'Options of the HTTP text-to-video client'));
}

class HttpTextToVideo implements TextToVideo {
  readonly name: string;
  readonly standIn = false;
  readonly #options: z.output<typeof optionsSchema>;
  readonly #url: URL;
  #client: WebClient | undefined;

  constructor(options: z.output<typeof optionsSchema>) {
    this.#options = options;
    this.#url = new URL(options.url);
    this.name = options.name ?? `text-to-video at ${this.#url.host}`;
  }

  estimate(clips: number): VideoEstimate {
    return estimateClips(clips, this.#options);
  }

  async generate(request: VideoRequest, out: string): Promise<VideoProvenance> {
    const { prompt, width, height, fps, numFrames, seed } = request;
    const { parameters, jobTimeoutMs, version } = this.#options;
    const json = { ...parameters, prompt, width, height, fps, num_frames: numFrames, seed };
    await withinJobTime(this.name, jobTimeoutMs, request.signal, async (signal) => {
      const post = { url: this.#url, method: 'POST' as const, json, timeoutMs: jobTimeoutMs, signal };
      const first = await this.#connect().send(post, (reply) => this.#read(reply, out));
      if (first !== 'saved') await this.#await(first, out, signal);
    });
    const server = shownUrl(this.#url);
    return {
      generator: this.name,
      version,
      standIn: false,
      prompt,
      seed,
      parameters: { ...parameters, server, width, height, fps, num_frames: numFrames },
    };
  }

  /** Saves the video if that is what came, else says where to look on. */
  async #read(reply: WebReply, out: string): Promise<'saved' | { job: Job; from: URL }> {
    const json = reply.contentType.includes('json');
    if (!json && reply.status === 202 && reply.location !== undefined)
      return { job: { job_url: reply.location }, from: reply.url };
    if (!json) {
      await saveVideo(reply, out, this.#options.maxBytes);
      return 'saved';
    }
    const parsed = jobSchema.safeParse(await readJson(reply));
    if (!parsed.success)
      throw videoError(this.name, 'protocol', 'the server replied with JSON that is no job');
    const job = parsed.data;
    if (reply.location !== undefined) job.job_url ??= reply.location;
    return { job, from: reply.url };
  }

  async #await(first: { job: Job; from: URL }, out: string, signal: AbortSignal): Promise<void> {
    const client = this.#connect();
    const address = first.job.job_url ?? first.job.status_url;
    if (await this.#finish(first, out, signal)) return;
    if (address == null) {
      throw videoError(this.name, 'protocol', 'the server replied with neither a video nor a job_url', {
        hint: 'It must answer with video/mp4, or with JSON that has job_url or video_url.',
      });
    }
    const url = client.resolve(address, first.from);
    await poll(this.#options.pollMs, signal, async () => {
      const next = await client.send({ url, signal }, (reply) => this.#read(reply, out));
      return next === 'saved' || (await this.#finish(next, out, signal)) ? true : undefined;
    });
  }

  /** Fetches the video of a job that is done; false while it is under way. */
  async #finish({ job, from }: { job: Job; from: URL }, out: string, signal: AbortSignal): Promise<boolean> {
    const status = job.status?.toLowerCase() ?? '';
    if (failedStates.includes(status) || (job.error != null && job.error !== '')) {
      const said = job.error == null ? '' : `: ${quote(errorText(job.error))}`;
      throw videoError(this.name, 'jobFailed', `the job failed${said}`);
    }
    if (job.video_url != null) {
      const url = this.#connect().resolve(job.video_url, from);
      await this.#connect().send({ url, signal }, (reply) => saveVideo(reply, out, this.#options.maxBytes));
      return true;
    }
    if (endedStates.includes(status))
      throw videoError(this.name, 'protocol', `the job ended (${quote(status)}) without a video_url`);
    return false;
  }

  /** Late, so that estimates need no key. */
  #connect(): WebClient {
    if (this.#client === undefined) {
      const { apiKeyEnv, apiKeyHeader, resultHosts } = this.#options;
      const secret = apiKeyEnv === undefined ? undefined : readKey(apiKeyEnv, this.name);
      const bearer = apiKeyHeader.toLowerCase() === 'authorization';
      const key =
        secret === undefined
          ? undefined
          : { header: apiKeyHeader, value: bearer ? `Bearer ${secret}` : secret, secret };
      this.#client = new WebClient(this.name, this.#url, this.#options, { key, resultHosts });
    }
    return this.#client;
  }
}

function errorText(error: unknown): string {
  if (typeof error === 'string') return error;
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return JSON.stringify(error) ?? '';
}
