import { parseConfig, SeaError, writeFileAtomic } from '@sea-align/core';
import { InferenceClient, PROVIDERS_OR_POLICIES } from '@huggingface/inference';
import { z } from 'zod';

import { plainFetch, unscoped, withFetch } from './ambient-fetch.js';
import { estimateClips } from './estimate.js';
import { createGuardedFetch } from './guarded-fetch.js';
import { withinJobTime } from './job.js';
import type { TextToVideo, VideoEstimate, VideoProvenance, VideoRequest } from './text-to-video.js';
import { videoError } from './video-error-codes.js';
import { checkStart } from './web-body.js';
import { quote, WebFault } from './web-fault.js';
import {
  costOptionsShape,
  keyVariable,
  readKey,
  webOptionsShape,
  type CostOptions,
  type WebOptions,
} from './web-options.js';

/** Who runs the model: a name of @huggingface/inference, or `auto`. */
export type HuggingFaceProvider = (typeof PROVIDERS_OR_POLICIES)[number];

export interface HuggingFaceTextToVideoOptions extends Omit<WebOptions, 'pollMs'>, CostOptions {
  /** Id on the hub, e.g. `Wan-AI/Wan2.1-T2V-14B`. */
  model: string;
  /** Default `auto`: the first provider of your account's settings that has the model. */
  provider?: HuggingFaceProvider;
  /** Name of the environment variable with the token (default HF_TOKEN), or with a key of the provider itself. */
  apiKeyEnv?: string;
  /** Further parameters of the model, e.g. `{ num_inference_steps: 30 }`; `num_frames` and `seed` are always sent. */
  parameters?: Record<string, unknown>;
  /** Organisation that pays. */
  billTo?: string;
  /** Instead of the global fetch: for proxies and tests. */
  transport?: typeof fetch;
}

const { pollMs: _pollMs, ...shape } = webOptionsShape;
const optionsSchema = z.strictObject({
  ...shape,
  ...costOptionsShape,
  model: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'must be the id of a model, like owner/name'),
  provider: z.enum(PROVIDERS_OR_POLICIES).default('auto'),
  apiKeyEnv: keyVariable.default('HF_TOKEN'),
  parameters: z.record(z.string(), z.unknown()).default({}),
  billTo: z.string().min(1).optional(),
  transport: z.custom<typeof fetch>((value) => typeof value === 'function', 'must be a function').optional(),
});

/**
 * Hugging Face Inference: one account, several providers (fal-ai, replicate, novita, together, wavespeed). Throws
 * ConfigError for faults in `options`; the key is read when the first clip is asked for.
 */
export function createHuggingFaceTextToVideo(options: HuggingFaceTextToVideoOptions): TextToVideo {
  return new HuggingFaceTextToVideo(
    parseConfig(optionsSchema, options, 'Options of the Hugging Face client'),
  );
}

class HuggingFaceTextToVideo implements TextToVideo {
  readonly name: string;
  readonly standIn = false;
  readonly #options: z.output<typeof optionsSchema>;

  constructor(options: z.output<typeof optionsSchema>) {
    this.#options = options;
    this.name = `${options.model} by Hugging Face (${options.provider})`;
  }

  estimate(clips: number): VideoEstimate {
    return estimateClips(clips, this.#options);
  }

  async generate(request: VideoRequest, out: string): Promise<VideoProvenance> {
    const { prompt, seed, numFrames } = request;
    const { model, provider, parameters, jobTimeoutMs } = this.#options;
    const sent = { ...parameters, num_frames: numFrames, seed };
    const key = readKey(this.#options.apiKeyEnv, this.name);
    const video = await withinJobTime(this.name, jobTimeoutMs, request.signal, (signal) =>
      this.#ask(prompt, sent, key, signal),
    );
    await writeFileAtomic(out, video);
    return {
      generator: this.name,
      version: 'unknown',
      standIn: false,
      prompt,
      seed,
      parameters: { model, provider, ...sent },
    };
  }

  async #ask(
    prompt: string,
    parameters: Record<string, unknown>,
    key: string,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const { model, provider, billTo, transport } = this.#options;
    const guarded = createGuardedFetch(
      unscoped(transport ?? plainFetch),
      { ...this.#options, pollMs: 1 },
      signal,
      key,
    );
    try {
      const blob = await withFetch(guarded.untrusted, () =>
        new InferenceClient(key).textToVideo(
          { model, provider, inputs: prompt, parameters },
          { fetch: guarded.trusted, signal, billTo, retry_on_error: false },
        ),
      );
      const bytes = new Uint8Array(await blob.arrayBuffer());
      if (bytes.byteLength === 0) throw new WebFault('notVideo', 'the server sent an empty video');
      checkStart(bytes, blob.type);
      return bytes;
    } catch (error) {
      signal.throwIfAborted();
      throw this.#forUser(error, key);
    }
  }

  #forUser(error: unknown, key: string): Error {
    if (SeaError.isInstance(error)) return error;
    if (error instanceof WebFault) return error.forUser(this.name, this.#options.retries + 1);
    const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
    const said = quote(message, key);
    if (name === 'TimeoutError') return videoError(this.name, 'timeout', 'the video did not arrive in time');
    if (name === 'InputError' || name === 'RoutingError' || name === 'HubApiError')
      return videoError(this.name, 'request', said, { hint: 'Check model, provider and key.' });
    const failed = name === 'ProviderOutputError' && !/malformed|parse|expected/i.test(message);
    return videoError(this.name, failed ? 'jobFailed' : 'protocol', said);
  }
}
