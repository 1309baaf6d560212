import type { Engine, HostTensor } from '@sea-align/compute';
import type { Rng } from '@sea-align/core';
import type { LlavaConfig } from './config/llava-config.js';
import type { ModelWeights } from './weights/model-weights.js';
import type { ModelTokenizer } from './tokenizer/model-tokenizer.js';

/** An image as a file path, encoded bytes (PNG, JPEG, WebP, …) or raw interleaved 8-bit pixels. */
export type ImageSource = string | Uint8Array | RawImage;

/** Interleaved 8-bit pixels, row by row: `data.length === width * height * channels`. */
export interface RawImage {
  data: Uint8Array;
  width: number;
  height: number;
  channels: 1 | 3 | 4;
}

/** One user turn to be laid out by the chat template. */
export interface PromptTurn {
  question: string;
  /** The turn shows one medium (image); its placeholder is expanded to the family's number of tokens. */
  medium?: boolean;
  system?: string;
}

/** Token ids of a prompt; it ends where the assistant's answer begins. */
export interface Prompt {
  ids: number[];
  /** Index of the first expanded modality token, -1 where the turn has no medium. */
  mediumAt: number;
}

export interface GenerationRequest {
  promptIds: number[];
  /** Encoder output E, [tokens * width], for the modality tokens in the prompt; the projector is applied inside. */
  embedding?: Float32Array;
}

export interface GenerationOptions {
  maxNewTokens: number;
  /** 0 or absent: greedy. */
  temperature?: number;
  /** Nucleus sampling: keep the smallest set of tokens whose probability reaches it. Default 1. */
  topP?: number;
  /** Needed when temperature > 0; each request draws from its own fork, so batches do not change results. */
  seed?: Rng;
  /** Default true. False recomputes the whole sequence for every token (for proof). */
  useCache?: boolean;
  /** Rows per batch, default 16. */
  batchSize?: number;
}

export interface Generation {
  /** New tokens without the end-of-sequence token. */
  ids: number[];
  text: string;
  /** An end-of-sequence token came before `maxNewTokens` ran out. */
  finished: boolean;
}

/** A multimodal LLM y = LLM(P(M(z)), x) read from a Hugging Face checkpoint folder. */
export interface MultimodalModel {
  readonly family: 'llava';
  readonly modality: 'image';
  readonly config: LlavaConfig;
  /** Folder the checkpoint was read from. */
  readonly folder: string;
  /** SHA-256 (hex) over config.json and the weights, overrides included. */
  readonly hash: string;
  readonly engine: Engine;
  readonly tokenizer: ModelTokenizer;
  readonly weights: ModelWeights;
  /** Shape of one medium's encoder output E. */
  readonly embeddingShape: readonly [tokens: number, width: number];
  readonly eosTokenIds: number[];

  /** pixel_values [channels * H * W] exactly as CLIPImageProcessor with this folder's preprocessor_config.json. */
  preprocess(image: ImageSource): Promise<Float32Array>;
  /** pixel_values of an image of one colour; default white. */
  blankMedium(options?: { colour?: readonly [number, number, number] }): Promise<Float32Array>;
  /** M: encoder outputs, each [tokens * width]; batched inside, order kept. */
  encode(pixelValues: Float32Array[]): Promise<Float32Array[]>;
  /** P: projector outputs, each [tokens * textWidth], of encoder outputs. */
  project(embeddings: Float32Array[]): Promise<Float32Array[]>;
  /** Chat template + tokenizer + expanded placeholder tokens. */
  prompt(turn: PromptTurn): Prompt;
  /** Target tokens of an answer as they follow `prompt()`, end-of-sequence token included. */
  answerIds(text: string): number[];
  generate(requests: GenerationRequest[], options: GenerationOptions): Promise<Generation[]>;
  /** A clone with some weights replaced (HF names); everything else is shared with this model. Release it separately. */
  withOverrides(overrides: ReadonlyMap<string, HostTensor>): MultimodalModel;
  release(): Promise<void>;
}
