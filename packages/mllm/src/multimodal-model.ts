import type { Engine, HostTensor } from '@sea-align/compute';
import type { Rng } from '@sea-align/core';
import type { BlankOptions, MediaSource, PreprocessOptions } from './family/media-source.js';
import type { Embedding, MediumGeometry } from './family/medium-geometry.js';
import type { PreparedMedium } from './family/prepared-medium.js';
import type { RowMedia } from './merge/token-row.js';
import type { ModelPieces } from './model-pieces.js';
import type { ModelTokenizer } from './tokenizer/model-tokenizer.js';

/** One user turn to be laid out by the chat template. */
export interface PromptTurn {
  question: string;
  /** The turn shows one medium of this geometry (true: the model's own); its placeholder is expanded to as many tokens. */
  medium?: boolean | MediumGeometry;
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
  /** Encoder outputs for the modality tokens in the prompt, in their order; the projector is applied inside. */
  embedding?: RowMedia;
  /** At most this many new tokens for this request; `maxNewTokens` where absent or more. */
  maxNewTokens?: number;
  /** What this request draws from; absent: a fork of the options' `seed` by its place. */
  seed?: Rng;
}

export interface GenerationOptions {
  maxNewTokens: number;
  /** 0 or absent: greedy. */
  temperature?: number;
  /** Nucleus sampling: keep the smallest set of tokens whose probability reaches it. Default 1. */
  topP?: number;
  /** Needed when temperature > 0, for requests without their own; each draws from its own fork, so batches do not change results. */
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
export interface MultimodalModel extends ModelPieces {
  /** Name of the family. */
  readonly family: string;
  /** What the model is used for: which media it preprocesses and shows in prompts. */
  readonly modality: string;
  /** What the family can be used for; `loadModel({ modality })` chooses. */
  readonly modalities: readonly string[];
  /** Geometry of the blank medium: the one that prompts have where no other is asked for. */
  readonly geometry: MediumGeometry;
  /** Folder the checkpoint was read from. */
  readonly folder: string;
  /** SHA-256 (hex) over config.json and the weights, overrides included. */
  readonly hash: string;
  readonly engine: Engine;
  readonly tokenizer: ModelTokenizer;
  readonly eosTokenIds: number[];

  /**
   * A medium of `modality` as the encoder reads it, exactly as HF's processor with this folder's settings makes it.
   * @throws MediaError
   */
  preprocess(source: MediaSource, options?: PreprocessOptions): Promise<PreparedMedium>;
  /** A medium that shows nothing: one colour (default white), silence. */
  blankMedium(options?: BlankOptions): Promise<PreparedMedium>;
  /** M: encoder outputs E; batched inside by geometry, order kept. */
  encode(media: readonly PreparedMedium[]): Promise<Embedding[]>;
  /** P: projector outputs, each [tokens * textWidth], of encoder outputs. */
  project(embeddings: readonly Embedding[]): Promise<Float32Array[]>;
  /** The geometry that a stored key names. @throws ConfigError where this model has none of it */
  geometryOf(key: string): MediumGeometry;
  /** Chat template + tokenizer + expanded placeholder tokens. */
  prompt(turn: PromptTurn): Prompt;
  /** Target tokens of an answer as they follow `prompt()`, end-of-sequence token included. */
  answerIds(text: string): number[];
  generate(requests: GenerationRequest[], options: GenerationOptions): Promise<Generation[]>;
  /** A clone with some weights replaced (HF names); everything else is shared with this model. Release it separately. */
  withOverrides(overrides: ReadonlyMap<string, HostTensor>): MultimodalModel;
  release(): Promise<void>;
}
