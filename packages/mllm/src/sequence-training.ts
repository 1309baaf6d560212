import type { Graph, Tensor } from '@sea-align/compute';
import type { TrainableSpec } from './trainable-spec.js';

/** A token sequence: prompt (may hold the family's modality tokens), then the tokens whose likelihood counts. */
export interface SequenceRow {
  promptIds: number[];
  targetIds: number[];
  /** Encoder output E, [tokens * width]; needed exactly when the prompt holds modality tokens. */
  embedding?: Float32Array;
}

/** What a loss is built from. B = rowsPerStep; rows missing in a step are empty: log-prob 0, count 0. */
export interface LossRows {
  /** [B] sum of the target tokens' log-probabilities. */
  rowLogProb: Tensor;
  /** [B] number of target tokens, float32. */
  rowTargets: Tensor;
  /** The tensors of `extraInputs`. */
  inputs: Record<string, Tensor>;
}

export interface SequenceTrainerOptions {
  trainable: TrainableSpec;
  /** Returns the scalar loss. */
  buildLoss: (graph: Graph, rows: LossRows) => Tensor;
  /** Further float32 inputs of the loss by name, with their shapes. */
  extraInputs?: Record<string, number[]>;
  rowsPerStep: number;
  /** Longer rows are an error; default: the model's max_position_embeddings. */
  maxLength?: number;
  /** Row lengths are rounded up to a multiple of this; default 16. */
  bucket?: number;
}

export interface SequenceStep {
  loss: number;
  /** One entry per row given. */
  rowLogProb: Float32Array;
  /** By parameter name, as `initialParameters` lists them. */
  gradients: Map<string, Float32Array>;
}

export interface SequenceTrainer {
  /** At most `rowsPerStep` rows. */
  step(
    rows: SequenceRow[],
    params: ReadonlyMap<string, Float32Array>,
    extra?: Record<string, Float32Array>,
  ): Promise<SequenceStep>;
  /** Forward only, any number of rows: log-prob per row. */
  score(rows: SequenceRow[], params: ReadonlyMap<string, Float32Array>): Promise<Float32Array>;
  release(): Promise<void>;
}
