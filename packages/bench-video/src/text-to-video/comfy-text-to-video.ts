import { canonicalJson, parseConfig, sha256 } from '@sea-align/core';
import { z } from 'zod';

import { failureOf, filesOf, historySchema, queuedSchema, type ComfyEntry } from './comfy-replies.js';
import { estimateClips } from './estimate.js';
import { poll, withinJobTime } from './job.js';
import type { TextToVideo, VideoEstimate, VideoProvenance, VideoRequest } from './text-to-video.js';
import { videoError } from './video-error-codes.js';
import { readJson, saveVideo } from './web-body.js';
import { WebClient } from './web-client.js';
import { shownUrl } from './web-fault.js';
import {
  costOptionsShape,
  keyVariable,
  readKey,
  serverUrl,
  webOptionsShape,
  type CostOptions,
  type WebOptions,
} from './web-options.js';
import { checkWorkflow, fillWorkflow } from './workflow-template.js';

export interface ComfyTextToVideoOptions extends WebOptions, CostOptions {
  /** Address of the server, e.g. `http://127.0.0.1:8188`. */
  url: string;
  /**
   * The graph in API format. Strings in it may hold `{{prompt}}` (required), `{{seed}}`, `{{width}}`, `{{height}}`,
   * `{{fps}}`, `{{num_frames}}`.
   */
  workflow: Record<string, unknown>;
  /** Id of the node whose video is taken (default: the first saved video). */
  outputNode?: string;
  /** Name of the environment variable with a bearer token, for servers behind a gateway. */
  apiKeyEnv?: string;
  /** For the manifest, e.g. the model in the graph. */
  name?: string;
}

const optionsSchema = z.strictObject({
  ...webOptionsShape,
  ...costOptionsShape,
  url: serverUrl,
  workflow: z.record(z.string(), z.unknown()),
  outputNode: z.string().min(1).optional(),
  apiKeyEnv: keyVariable.optional(),
  name: z.string().min(1).optional(),
});

const statsSchema = z.object({ system: z.object({ comfyui_version: z.string().min(1).max(60) }) });

/**
 * A ComfyUI server that runs the user's own graph: `/prompt`, `/history/{id}`, `/view`. Throws ConfigError for faults in
 * `options`, such as a graph without `{{prompt}}`.
 */
export function createComfyTextToVideo(options: ComfyTextToVideoOptions): TextToVideo {
  const checked = parseConfig(optionsSchema, options, 'Options of the ComfyUI client');
  checkWorkflow(checked.workflow);
  return new ComfyTextToVideo(checked);
}

class ComfyTextToVideo implements TextToVideo {
  readonly name: string;
  readonly standIn = false;
  readonly #options: z.output<typeof optionsSchema>;
  readonly #base: URL;
  #client: WebClient | undefined;
  #version: string | undefined;

  constructor(options: z.output<typeof optionsSchema>) {
    this.#options = options;
    // Servers behind a gateway may live under a path.
    this.#base = new URL(options.url.endsWith('/') ? options.url : `${options.url}/`);
    this.name = options.name ?? `ComfyUI at ${this.#base.host}`;
  }

  estimate(clips: number): VideoEstimate {
    return estimateClips(clips, this.#options);
  }

  async generate(request: VideoRequest, out: string): Promise<VideoProvenance> {
    const { prompt, width, height, fps, numFrames, seed } = request;
    const { workflow, jobTimeoutMs } = this.#options;
    const graph = fillWorkflow(workflow, { prompt, seed, width, height, fps, num_frames: numFrames });
    await withinJobTime(this.name, jobTimeoutMs, request.signal, async (signal) => {
      const id = await this.#queue(graph, signal);
      const entry = await this.#await(id, signal);
      await this.#fetch(entry, out, signal);
      this.#version ??= await this.#askVersion(signal);
    });
    return {
      generator: this.name,
      version: this.#version ?? 'unknown',
      standIn: false,
      prompt,
      seed,
      parameters: {
        server: shownUrl(this.#base),
        workflowSha256: sha256(canonicalJson(workflow)),
        width,
        height,
        fps,
        num_frames: numFrames,
      },
    };
  }

  async #queue(graph: Record<string, unknown>, signal: AbortSignal): Promise<string> {
    const request = {
      url: new URL('prompt', this.#base),
      method: 'POST' as const,
      json: { prompt: graph },
      signal,
    };
    const parsed = queuedSchema.safeParse(await this.#connect().send(request, readJson));
    if (parsed.success) return parsed.data.prompt_id;
    throw videoError(this.name, 'protocol', 'the reply to /prompt has no prompt_id', {
      hint: 'Check that the address is that of a ComfyUI server.',
    });
  }

  async #await(id: string, signal: AbortSignal): Promise<ComfyEntry> {
    const url = new URL(`history/${encodeURIComponent(id)}`, this.#base);
    try {
      return await poll(this.#options.pollMs, signal, async () => {
        const parsed = historySchema.safeParse(await this.#connect().send({ url, signal }, readJson));
        if (!parsed.success)
          throw videoError(this.name, 'protocol', 'the reply to /history cannot be understood');
        const entry = parsed.data[id];
        if (entry === undefined) return undefined;
        const failure = failureOf(entry);
        if (failure !== undefined)
          throw videoError(this.name, 'jobFailed', `the job failed: ${failure}`, {
            hint: 'The log of the ComfyUI server tells more.',
          });
        return entry.status?.completed === false ? undefined : entry;
      });
    } catch (error) {
      if (signal.aborted) await this.#dequeue(id);
      throw error;
    }
  }

  /** Takes a job that nobody waits for any more out of the queue, as far as the server still answers. */
  async #dequeue(id: string): Promise<void> {
    const url = new URL('queue', this.#base);
    const request = {
      url,
      method: 'POST' as const,
      json: { delete: [id] },
      signal: AbortSignal.timeout(2000),
    };
    await this.#connect()
      .send(request, () => Promise.resolve())
      .catch(() => undefined);
  }

  async #fetch(entry: ComfyEntry, out: string, signal: AbortSignal): Promise<void> {
    const { videos, others } = filesOf(entry, this.#options.outputNode);
    const file = videos.at(0);
    if (file === undefined) {
      const what = others > 0 ? `${others} files, none of them a video` : 'no file';
      throw videoError(this.name, 'notVideo', `the graph gave ${what}`, {
        hint: 'Let it end in a node that saves a video (SaveVideo, VHS_VideoCombine), or set outputNode.',
      });
    }
    const url = new URL('view', this.#base);
    for (const key of ['filename', 'subfolder', 'type'] as const) url.searchParams.set(key, file[key]);
    await this.#connect().send({ url, signal }, (reply) => saveVideo(reply, out, this.#options.maxBytes));
  }

  /** For the manifest only: older servers do not tell. */
  async #askVersion(signal: AbortSignal): Promise<string> {
    const request = { url: new URL('system_stats', this.#base), signal, timeoutMs: 5000 };
    const reply = await this.#connect()
      .send(request, readJson)
      .catch(() => undefined);
    const parsed = statsSchema.safeParse(reply);
    return parsed.success ? parsed.data.system.comfyui_version : 'unknown';
  }

  #connect(): WebClient {
    if (this.#client === undefined) {
      const { apiKeyEnv } = this.#options;
      const secret = apiKeyEnv === undefined ? undefined : readKey(apiKeyEnv, this.name);
      const key =
        secret === undefined ? undefined : { header: 'authorization', value: `Bearer ${secret}`, secret };
      this.#client = new WebClient(this.name, this.#base, this.#options, { key });
    }
    return this.#client;
  }
}
