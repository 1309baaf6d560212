import { createHash } from 'node:crypto';
import type { Engine, HostTensor } from '@sea-align/compute';
import { CheckpointError } from '@sea-align/core';
import { encodeMedia, projectMedia } from './encoder.js';
import type { FamilyConfig } from './family/family-config.js';
import type { Family } from './family/family.js';
import type { BlankOptions, MediaSource, PreprocessOptions } from './family/media-source.js';
import type { Embedding, MediumGeometry } from './family/medium-geometry.js';
import type { MediaProcessor, PreparedMedium } from './family/prepared-medium.js';
import { Generator } from './generation/generator.js';
import type { ModelPieces } from './model-pieces.js';
import type {
  Generation,
  GenerationOptions,
  GenerationRequest,
  MultimodalModel,
  Prompt,
  PromptTurn,
} from './multimodal-model.js';
import type { PromptLayout } from './prompt/prompt-layout.js';
import { SessionCache } from './session-cache.js';
import type { ModelTokenizer } from './tokenizer/model-tokenizer.js';
import { OverriddenWeights, type ModelWeights } from './weights/model-weights.js';

/** A checkpoint without its weights. */
export interface WeightlessParts {
  folder: string;
  architecture: Family;
  config: FamilyConfig;
  placeholderIds: readonly number[];
  modality: string;
  eosTokenIds: number[];
  processor: MediaProcessor;
  /** Absent where the folder has no tokenizer.json: everything but text works. */
  text: { tokenizer: ModelTokenizer; layout: PromptLayout } | undefined;
}

/** What all clones of a loaded checkpoint share. */
export interface CheckpointParts extends WeightlessParts {
  engine: Engine;
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

function pieces(
  { architecture, config, placeholderIds }: CheckpointParts,
  weights: ModelWeights,
): ModelPieces {
  return { architecture, config, placeholderIds, weights };
}

interface SharedState {
  parts: CheckpointParts;
  files: Shared;
  /** The encoder's sessions; clones that leave the encoder alone share them. */
  encoderSessions: SessionCache;
  encoderModel: ModelPieces;
  encoder: Shared;
}

/** A checkpoint of any family. */
export class CheckpointModel implements MultimodalModel {
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
    const { engine, eosTokenIds } = shared.parts;
    this.sessions = new SessionCache(engine, weights.stored);
    this.generator = new Generator(pieces(shared.parts, weights), this.sessions, eosTokenIds);
  }

  static create(parts: CheckpointParts, weights: ModelWeights, hash: string): CheckpointModel {
    const encoderSessions = new SessionCache(parts.engine, weights.stored);
    const shared: SharedState = {
      parts,
      files: new Shared(async () => parts.close()),
      encoderSessions,
      encoderModel: pieces(parts, weights),
      encoder: new Shared(() => encoderSessions.release()),
    };
    return new CheckpointModel(shared, weights, () => hash);
  }

  get family(): string {
    return this.architecture.name;
  }

  get modality(): string {
    return this.shared.parts.modality;
  }

  get modalities(): readonly string[] {
    return this.architecture.modalities;
  }

  get geometry(): MediumGeometry {
    return this.shared.parts.processor.blankGeometry;
  }

  get architecture(): Family {
    return this.shared.parts.architecture;
  }

  get config(): FamilyConfig {
    return this.shared.parts.config;
  }

  get placeholderIds(): readonly number[] {
    return this.shared.parts.placeholderIds;
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

  preprocess(source: MediaSource, options?: PreprocessOptions): Promise<PreparedMedium> {
    return this.shared.parts.processor.preprocess(source, options);
  }

  blankMedium(options?: BlankOptions): Promise<PreparedMedium> {
    return this.shared.parts.processor.blank(options);
  }

  geometryOf(key: string): MediumGeometry {
    return key === this.geometry.key ? this.geometry : this.architecture.geometry(this.config, key);
  }

  encode(media: readonly PreparedMedium[]): Promise<Embedding[]> {
    return encodeMedia(this.shared.encoderModel, this.shared.encoderSessions, media);
  }

  project(embeddings: readonly Embedding[]): Promise<Float32Array[]> {
    return projectMedia(this, this.sessions, embeddings);
  }

  prompt(turn: PromptTurn): Prompt {
    const { medium = false } = turn;
    const geometry = medium === true ? this.geometry : medium === false ? undefined : medium;
    return this.text().layout.prompt(turn, geometry);
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

  withOverrides(overrides: ReadonlyMap<string, HostTensor>): CheckpointModel {
    const weights = new OverriddenWeights(this.weights, overrides);
    const touchesEncoder = weights
      .overriddenNames()
      .some((name) => this.architecture.weightRole(name) === 'encoder');
    const hash = (): string => {
      const digest = createHash('sha256').update(this.hash);
      for (const name of weights.overriddenNames().sort()) {
        const { data } = weights.get(name);
        digest.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      }
      return digest.digest('hex');
    };
    if (!touchesEncoder) return new CheckpointModel(this.shared, weights, hash);
    const encoderSessions = new SessionCache(this.engine, weights.stored);
    const encoder = new Shared(() => encoderSessions.release());
    return new CheckpointModel(
      { ...this.shared, encoderSessions, encoderModel: pieces(this.shared.parts, weights), encoder },
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
