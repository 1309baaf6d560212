import { createHash } from 'node:crypto';
import type { Engine, HostTensor } from '@sea-align/compute';
import { CheckpointError } from '@sea-align/core';
import { embeddingTokens, embeddingWidth, type LlavaConfig } from './config/llava-config.js';
import { encodeMedia, projectMedia } from './encoder.js';
import { Generator } from './generation/generator.js';
import { assertFitsTower, preprocessImage } from './image/image-processor.js';
import type { PreprocessorConfig } from './image/preprocessor-config.js';
import { readImage } from './image/read-image.js';
import type { ModelPieces } from './model-pieces.js';
import type {
  Generation,
  GenerationOptions,
  GenerationRequest,
  ImageSource,
  MultimodalModel,
  Prompt,
  PromptTurn,
} from './multimodal-model.js';
import type { PromptLayout } from './prompt/prompt-layout.js';
import { SessionCache } from './session-cache.js';
import type { ModelTokenizer } from './tokenizer/model-tokenizer.js';
import { OverriddenWeights, type ModelWeights } from './weights/model-weights.js';

/** What all clones of a loaded checkpoint share. */
export interface LlavaParts {
  folder: string;
  engine: Engine;
  config: LlavaConfig;
  eosTokenIds: number[];
  preprocessor: PreprocessorConfig;
  /** Absent where the folder has no tokenizer.json: everything but text works. */
  text: { tokenizer: ModelTokenizer; layout: PromptLayout } | undefined;
  /** Closes the files; called when the last clone is released. */
  close: () => void;
}

/** Counts the models that use something; the last one frees it. */
class Shared {
  private users = 0;

  constructor(private readonly free: () => Promise<void>) {}

  retain(): this {
    this.users++;
    return this;
  }

  async release(): Promise<void> {
    if (--this.users === 0) await this.free();
  }
}

interface SharedState {
  parts: LlavaParts;
  files: Shared;
  /** The encoder's sessions; clones that leave the encoder alone share them. */
  encoderSessions: SessionCache;
  encoderModel: ModelPieces;
  encoder: Shared;
}

/** LLaVA-1.5: CLIP vision tower, MLP projector, LLaMA / Mistral / Qwen2. */
export class LlavaModel implements MultimodalModel {
  readonly family = 'llava';
  readonly modality = 'image';
  private readonly sessions: SessionCache;
  private readonly generator: Generator;
  private released = false;
  private cachedHash: string | undefined;

  private constructor(
    private readonly shared: SharedState,
    readonly weights: ModelWeights,
    private readonly computeHash: () => string,
  ) {
    shared.files.retain();
    shared.encoder.retain();
    const { engine, config, eosTokenIds } = shared.parts;
    this.sessions = new SessionCache(engine, weights.stored);
    this.generator = new Generator({ config, weights }, this.sessions, eosTokenIds);
  }

  static create(parts: LlavaParts, weights: ModelWeights, hash: string): LlavaModel {
    const encoderSessions = new SessionCache(parts.engine, weights.stored);
    const shared: SharedState = {
      parts,
      files: new Shared(async () => parts.close()),
      encoderSessions,
      encoderModel: { config: parts.config, weights },
      encoder: new Shared(() => encoderSessions.release()),
    };
    return new LlavaModel(shared, weights, () => hash);
  }

  get config(): LlavaConfig {
    return this.shared.parts.config;
  }

  get folder(): string {
    return this.shared.parts.folder;
  }

  get engine(): Engine {
    return this.shared.parts.engine;
  }

  get eosTokenIds(): number[] {
    return this.shared.parts.eosTokenIds;
  }

  get hash(): string {
    this.cachedHash ??= this.computeHash();
    return this.cachedHash;
  }

  get tokenizer(): ModelTokenizer {
    return this.text().tokenizer;
  }

  get embeddingShape(): readonly [number, number] {
    return [embeddingTokens(this.config), embeddingWidth(this.config)];
  }

  async preprocess(image: ImageSource): Promise<Float32Array> {
    const { data, width, height } = preprocessImage(this.shared.parts.preprocessor, await readImage(image));
    assertFitsTower(width, height, this.config.vision.imageSize);
    return data;
  }

  async blankMedium({
    colour = [255, 255, 255],
  }: { colour?: readonly [number, number, number] } = {}): Promise<Float32Array> {
    const side = this.config.vision.imageSize;
    const data = Uint8Array.from({ length: side * side * 3 }, (_, at) => colour[at % 3]);
    return this.preprocess({ data, width: side, height: side, channels: 3 });
  }

  encode(pixelValues: Float32Array[]): Promise<Float32Array[]> {
    return encodeMedia(this.shared.encoderModel, this.shared.encoderSessions, pixelValues);
  }

  project(embeddings: Float32Array[]): Promise<Float32Array[]> {
    return projectMedia(this, this.sessions, embeddings);
  }

  prompt(turn: PromptTurn): Prompt {
    return this.text().layout.prompt(turn);
  }

  answerIds(text: string): number[] {
    return this.text().layout.answerIds(text);
  }

  async generate(requests: GenerationRequest[], options: GenerationOptions): Promise<Generation[]> {
    const generated = await this.generator.generate(requests, options);
    const tokenizer = this.shared.parts.text?.tokenizer;
    return generated.map(({ ids, finished }) => ({
      ids,
      finished,
      text: tokenizer?.decode(ids).trim() ?? '',
    }));
  }

  withOverrides(overrides: ReadonlyMap<string, HostTensor>): LlavaModel {
    const weights = new OverriddenWeights(this.weights, overrides);
    const touchesEncoder = weights.overriddenNames().some((name) => name.startsWith('vision_tower.'));
    const hash = (): string => {
      const digest = createHash('sha256').update(this.hash);
      for (const name of weights.overriddenNames().sort()) {
        const { data } = weights.get(name);
        digest.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      }
      return digest.digest('hex');
    };
    if (!touchesEncoder) return new LlavaModel(this.shared, weights, hash);
    const encoderSessions = new SessionCache(this.engine, weights.stored);
    const encoder = new Shared(() => encoderSessions.release());
    return new LlavaModel(
      { ...this.shared, encoderSessions, encoderModel: { config: this.config, weights }, encoder },
      weights,
      hash,
    );
  }

  async release(): Promise<void> {
    if (this.released) return;
    this.released = true;
    await this.sessions.release();
    await this.shared.encoder.release();
    await this.shared.files.release();
  }

  private text(): { tokenizer: ModelTokenizer; layout: PromptLayout } {
    const { text, folder } = this.shared.parts;
    if (text) return text;
    throw new CheckpointError(`${folder} has no tokenizer.json, so this model cannot read or write text.`, {
      hint: 'Add tokenizer.json (a fast tokenizer) to the checkpoint folder.',
    });
  }
}
