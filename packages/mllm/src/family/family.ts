import type { Graph, HostTensor, Tensor } from '@sea-align/compute';
import type { ParameterSource } from '../layers/parameter-source.js';
import type { ExpectedTensors } from '../weights/expected-tensors.js';
import type { FamilyConfig } from './family-config.js';
import type { MediumGeometry } from './medium-geometry.js';
import type { MediaProcessor } from './prepared-medium.js';
import type { ChatTurn, PromptPlaceholder } from './prompt-placeholder.js';
import type { ReferenceMedia } from './reference-media.js';

/** Which part of y = LLM(P(M(z)), x) a weight belongs to. Encoder weights are never trained. */
export type WeightRole = 'encoder' | 'projector' | 'language';

/**
 * Everything that depends on the family of a checkpoint. Adding a modality means writing one of these, that is, an encoder's
 * output shape, a projector and a prompt layout, and passing it to `loadModel({ families })`: decoder, masks, merging,
 * positions, scoring, generation and training are common to all families.
 */
export interface Family<C extends FamilyConfig = FamilyConfig> {
  /** Name of the family in records and messages: `llava`, `qwen2-vl`. */
  readonly name: string;
  /** Values of config.json's `model_type` that this family reads. */
  readonly modelTypes: readonly string[];
  /** First the one that a model is used for where nothing else is asked for. */
  readonly modalities: readonly string[];
  /** What can be loaded, for messages: "LLaVA-1.5 (model_type "llava") with a … text backbone". */
  readonly supported: string;

  /**
   * config.json with HF's defaults.
   * @throws CheckpointError by `unsupportedArchitecture` for parts that are not supported, ConfigError listing every fault
   */
  parseConfig(raw: unknown, path: string): C;
  /** Every weight a checkpoint of this config has, under the names used here, with its shape. */
  expectedTensors(config: C): ExpectedTensors;
  /** The name used here for a tensor as the file names it; the published layout's names are kept. */
  weightName(storedName: string): string;
  /** Buffers that some checkpoints store although they follow from the config; they are passed over. Given the name used here. */
  isDerivedBuffer?(name: string): boolean;
  weightRole(name: string): WeightRole;

  /** Preprocessing of one of `modalities` by the checkpoint folder's settings. */
  loadProcessor(folder: string, config: C, modality: string): Promise<MediaProcessor>;
  /**
   * Inverse of `MediumGeometry.key`.
   * @throws ConfigError for a key that this config has no geometry for
   */
  geometry(config: C, key: string): MediumGeometry;
  promptPlaceholder(config: C, modality: string): PromptPlaceholder;
  /** The prompt's text where the folder has no chat template; `medium` is the placeholder's text with what stands around it. */
  renderTurn?(turn: ChatTurn, medium: string): string;

  /**
   * M on a batch of media of one geometry. Declares one graph input for each feature of a `PreparedMedium`, by its name, with
   * all media's values in one run ([media, …] or any shape with as many elements).
   * @returns [media, rows, width]
   */
  buildEncoder(
    graph: Graph,
    config: C,
    source: ParameterSource,
    geometry: MediumGeometry,
    media: number,
  ): Tensor;
  /**
   * P on media of one geometry; differentiable in `embeddings`.
   * @param embeddings [media, rows, width]
   * @returns [media * tokens, text width]
   */
  buildProjector(
    graph: Graph,
    config: C,
    source: ParameterSource,
    geometry: MediumGeometry,
    embeddings: Tensor,
  ): Tensor;

  /**
   * The encoder half of HF's forward for `npm run verify:golden`; undefined where the case has no media.
   * @param inputs inputs.safetensors of the case
   */
  buildReferenceMedia?(
    graph: Graph,
    config: C,
    source: ParameterSource,
    inputs: ReadonlyMap<string, HostTensor>,
  ): ReferenceMedia | undefined;
}
