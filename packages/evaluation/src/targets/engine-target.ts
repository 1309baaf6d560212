import { basename, dirname, resolve } from 'node:path';
import type { EngineOptions } from '@sea-align/compute';
import { parseConfig, Rng, SeaError, sha256File } from '@sea-align/core';
import {
  findAlignedWeights,
  loadPrompts,
  type GenerationRequest,
  type ModelPrompts,
  type MultimodalModel,
} from '@sea-align/mllm';
import { z } from 'zod';
import { benchModalities, type BenchModality, type Decoding } from '../bench/records.js';
import { EmbeddingStore } from './embedding-store.js';
import {
  benchModalitiesOf,
  chooseEngineModel,
  openEngineModel,
  type EngineModelChoice,
  type OpenedModel,
} from './open-engine-model.js';
import type { CostEstimate, Target, TargetReply, TargetRequest } from './target.js';

export interface EngineTargetOptions {
  /** An embedded model's name (`tiny-llava`, `tiny-qwen2-vl`, `tiny-qwen2-audio`) or a Hugging Face checkpoint folder. */
  readonly model: string;
  /** Output folder of `sea align`, or a PEFT adapter folder. */
  readonly adapter?: string;
  /** Name stored with every answer; default: the model's, with the adapter's behind a `+`. */
  readonly name?: string;
  /** What the model is used for, where its family takes several; default: video, else audio, else its first. */
  readonly modality?: BenchModality;
  /** Engine, device, threads; default: what computes best here. */
  readonly engine?: EngineOptions;
  /** Requests answered together (default 16). */
  readonly batchSize?: number;
  /** Encoder outputs kept for further questions about the same medium (default 256 MiB). */
  readonly maxEmbeddingBytes?: number;
}

const optionsSchema = z.strictObject({
  model: z.string().min(1),
  adapter: z.string().min(1).optional(),
  name: z.string().min(1).optional(),
  modality: z.enum(benchModalities).optional(),
  engine: z
    .strictObject({
      engine: z.enum(['auto', 'onnxruntime', 'tensorflow', 'reference']),
      backend: z.enum(['onnxruntime-node', 'onnxruntime-web', 'tfjs', 'tfjs-node', 'tfjs-node-gpu']),
      device: z.enum(['auto', 'cpu', 'cuda', 'webgpu', 'coreml', 'dml', 'wasm']),
      threads: z.int().min(1),
    })
    .partial()
    .optional(),
  batchSize: z.int().min(1).max(1024).optional(),
  maxEmbeddingBytes: z.number().min(0).optional(),
});

/**
 * A checkpoint on an engine of this machine. The folder's small files are read now, the weights with the first question.
 *
 * An answer ends after `maxNewTokens`, or earlier where the model has no positions left; both are `finish: 'length'`. Sampled
 * answers depend on seed and key of the request only, not on batches. `latencyMs` of a batch is shared out evenly.
 *
 * @throws ConfigError, CheckpointError for a folder that is no model, an adapter that is none, a modality it does not take
 */
export async function createEngineTarget(options: EngineTargetOptions): Promise<Target> {
  parseConfig(optionsSchema, options, 'options of the engine target');
  const choice = await chooseEngineModel(options.model, options.modality);
  const prompts = await loadPrompts(choice.folder, { modality: choice.modality });
  const { adapter } = options;
  const adapterHash = adapter === undefined ? undefined : await sha256File(findAlignedWeights(adapter).file);
  return new EngineTarget(options, choice, prompts, adapterHash);
}

/** What will be asked, or why it cannot be. */
type Planned = { request: GenerationRequest; decoding: Decoding } | { error: string };

class EngineTarget implements Target {
  readonly name: string;
  readonly modalities: readonly BenchModality[];
  readonly systemPrompt?: string;
  readonly batchSize: number;
  readonly concurrency = 1;
  readonly #options: EngineTargetOptions;
  readonly #choice: EngineModelChoice;
  readonly #prompts: ModelPrompts;
  readonly #adapterHash: string | undefined;
  readonly #embeddings: EmbeddingStore;
  #opened: OpenedModel | undefined;
  /** The last call; one engine computes one batch at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    options: EngineTargetOptions,
    choice: EngineModelChoice,
    prompts: ModelPrompts,
    adapterHash: string | undefined,
  ) {
    const { adapter, batchSize = 16, maxEmbeddingBytes = 256 * 2 ** 20 } = options;
    this.name =
      options.name ?? (adapter === undefined ? choice.name : `${choice.name} + ${adapterName(adapter)}`);
    this.modalities = benchModalitiesOf(choice.modality);
    this.systemPrompt = prompts.defaultSystemPrompt;
    this.batchSize = batchSize;
    this.#options = options;
    this.#choice = choice;
    this.#prompts = prompts;
    this.#adapterHash = adapterHash;
    this.#embeddings = new EmbeddingStore(maxEmbeddingBytes);
  }

  /** `modelHash` and `engine` once the weights are loaded. */
  describe(): Record<string, unknown> {
    const { adapter, engine } = this.#options;
    return {
      kind: 'engine',
      model: this.#choice.name,
      family: this.#prompts.family,
      modality: this.#prompts.modality,
      maxPositions: this.#prompts.maxPositionEmbeddings,
      batchSize: this.batchSize,
      ...(adapter !== undefined && { adapter: adapterName(adapter), adapterHash: this.#adapterHash }),
      ...(engine !== undefined && { engineOptions: { ...engine } }),
      ...(this.#opened && { modelHash: this.#opened.model.hash, engine: this.#opened.engine }),
    };
  }

  async estimate(requests: readonly TargetRequest[]): Promise<CostEstimate> {
    let [promptTokens, answerTokens] = [0, 0];
    for (const request of requests) {
      const { question, medium, decoding } = request;
      promptTokens += this.#prompts.tokenizer.encode(question).length;
      if (medium !== undefined) promptTokens += this.#prompts.geometry.tokens;
      answerTokens += decoding.maxNewTokens;
    }
    return {
      requests: requests.length,
      promptTokens,
      answerTokens,
      note:
        'Computed on this machine: nothing is spent. Questions are counted by the tokenizer, media by the size of a blank one; ' +
        'answers are taken as long as they may get.',
    };
  }

  async answer(
    requests: readonly TargetRequest[],
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<TargetReply[]> {
    const mine = this.#turn.then(() => this.#answer(requests, signal));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  spend(): undefined {
    return undefined;
  }

  async close(): Promise<void> {
    await this.#turn;
    const opened = this.#opened;
    this.#opened = undefined;
    await opened?.close();
  }

  async #answer(requests: readonly TargetRequest[], signal?: AbortSignal): Promise<TargetReply[]> {
    signal?.throwIfAborted();
    this.#opened ??= await openEngineModel(this.#choice, this.#options.adapter, this.#options.engine);
    const { model } = this.#opened;
    const start = performance.now();
    const planned = await this.#plan(model, requests, signal);
    const replies = planned.map((plan): UntimedReply | undefined => ('error' in plan ? plan : undefined));
    for (const places of sameDecoding(planned)) {
      signal?.throwIfAborted();
      const answers = await generate(
        model,
        places.map((at) => planned[at] as AskedPlan),
      );
      answers.forEach((answer, at) => (replies[places[at]] = answer));
    }
    const latencyMs = (performance.now() - start) / Math.max(1, requests.length);
    return replies.map((reply) => ({ ...(reply as UntimedReply), latencyMs }));
  }

  async #plan(
    model: MultimodalModel,
    requests: readonly TargetRequest[],
    signal?: AbortSignal,
  ): Promise<Planned[]> {
    const media = requests.flatMap(({ medium }) => (medium && this.#takes(medium.modality) ? [medium] : []));
    const embeddings = await this.#embeddings.get(model, media, signal);
    return requests.map((request): Planned => {
      const { key, question, system, medium, decoding } = request;
      if (medium !== undefined && !this.#takes(medium.modality)) {
        return {
          error: `The model takes ${this.modalities.join(' or ') || 'no media'}, not ${medium.modality}.`,
        };
      }
      const stored = medium && embeddings.get(medium.id);
      if (stored && 'error' in stored) return { error: stored.error.message };
      const embedding = stored?.embedding;
      try {
        const turn = { question, medium: embedding?.geometry, system: this.#system(system) };
        const promptIds = model.prompt(turn).ids;
        const room = this.#prompts.maxPositionEmbeddings - promptIds.length;
        if (room < 1) {
          return {
            error: `The question takes ${promptIds.length} tokens; the model has no positions left to answer.`,
          };
        }
        const maxNewTokens = Math.min(decoding.maxNewTokens, room);
        const seed = decoding.temperature > 0 ? new Rng(decoding.seed ?? 0).fork(key) : undefined;
        return { request: { promptIds, embedding, maxNewTokens, seed }, decoding };
      } catch (error) {
        if (!SeaError.isInstance(error)) throw error;
        return { error: error.message };
      }
    });
  }

  #takes(modality: BenchModality): boolean {
    return this.modalities.includes(modality);
  }

  /** Templates without a default of their own need nothing said to have no system prompt. */
  #system(asked: string | undefined): string | undefined {
    return asked === '' && this.systemPrompt === undefined ? undefined : asked;
  }
}

/** An adapter within the output folder of a run is called after the run. */
function adapterName(folder: string): string {
  const path = resolve(folder);
  return basename(basename(path) === 'adapter' ? dirname(path) : path);
}

type AskedPlan = Extract<Planned, { request: GenerationRequest }>;
type Untimed<T> = T extends unknown ? Omit<T, 'latencyMs'> : never;
type UntimedReply = Untimed<TargetReply>;

/** Places of the requests that can be asked, in groups of equal decoding. */
function sameDecoding(planned: readonly Planned[]): number[][] {
  const groups = new Map<string, number[]>();
  planned.forEach((plan, at) => {
    if ('error' in plan) return;
    const { temperature, topP } = plan.decoding;
    const group = JSON.stringify([temperature, topP]);
    groups.set(group, [...(groups.get(group) ?? []), at]);
  });
  return [...groups.values()];
}

/** Answers of one group; where it fails as a whole, each alone. */
async function generate(model: MultimodalModel, plans: readonly AskedPlan[]): Promise<UntimedReply[]> {
  const { temperature, topP } = plans[0].decoding;
  const requests = plans.map(({ request }) => request);
  const maxNewTokens = Math.max(...requests.map((request) => request.maxNewTokens ?? 0));
  try {
    const options = { maxNewTokens, temperature, topP, batchSize: requests.length };
    const generated = await model.generate(requests, options);
    return generated.map(({ ids, text, finished }, at) => ({
      answer: text,
      finish: finished ? 'stop' : 'length',
      tokens: { prompt: requests[at].promptIds.length, answer: ids.length },
    }));
  } catch (error) {
    if (!SeaError.isInstance(error)) throw error;
    if (plans.length === 1) return [{ error: error.message }];
    const single: UntimedReply[] = [];
    for (const plan of plans) single.push(...(await generate(model, [plan])));
    return single;
  }
}
