import type { Graph, Session, Tensor, TypedArray } from '@sea-align/compute';
import { ConfigError } from '@sea-align/core';
import { mediaKey } from '../merge/row-layout.js';
import type { MultimodalModel } from '../multimodal-model.js';
import { SessionCache } from '../session-cache.js';
import { batchFeeds, batchShape, checkRow, tokenRow, type SequenceRow } from './sequence-batch.js';
import {
  buildSequenceProgram,
  extraInputName,
  gradientName,
  type LossRows,
  type LossSpec,
  type SequenceProgram,
} from './sequence-program.js';
import { parameterShapes, type TrainableSpec } from './trainable-spec.js';

export interface SequenceTrainerOptions {
  trainable: TrainableSpec;
  /** Returns the scalar loss. */
  buildLoss: (graph: Graph, rows: LossRows) => Tensor;
  /** Further float32 inputs of the loss by name, with their shapes. */
  extraInputs?: Record<string, number[]>;
  /** Rows of a batch; fewer in a step are filled up with empty ones. */
  rowsPerStep: number;
  /** Longer rows are an error; default: the model's max_position_embeddings. */
  maxLength?: number;
  /** Row lengths are rounded up to a multiple of this; default: to one of few lengths that grow by a third or so. */
  bucket?: number;
}

export interface SequenceStep {
  loss: number;
  /** One entry per row given. */
  rowLogProb: Float32Array;
  /** By parameter name, as `initialParameters` lists them; zeros where the batch does not reach a parameter. */
  gradients: Map<string, Float32Array>;
}

/** Losses and gradients of batches of token sequences, modality encoder bypassed: y = LLM(P(E), x). */
export interface SequenceTrainer {
  /** At most `rowsPerStep` rows. `extra` feeds `extraInputs`. */
  step(
    rows: readonly SequenceRow[],
    params: ReadonlyMap<string, Float32Array>,
    extra?: Record<string, Float32Array>,
  ): Promise<SequenceStep>;
  /** Forward only, any number of rows: log-prob per row. */
  score(rows: readonly SequenceRow[], params: ReadonlyMap<string, Float32Array>): Promise<Float32Array>;
  release(): Promise<void>;
}

/**
 * @throws ConfigError where the spec names nothing that can be trained; its calls throw DatasetError for rows that do not
 * fit the model
 */
export async function createSequenceTrainer(
  model: MultimodalModel,
  options: SequenceTrainerOptions,
): Promise<SequenceTrainer> {
  return new CompiledSequenceTrainer(model, options);
}

class CompiledSequenceTrainer implements SequenceTrainer {
  private readonly shapes: Map<string, readonly number[]>;
  private readonly sessions: SessionCache;
  private readonly loss: LossSpec;
  private readonly maxLength: number;
  private readonly bucket: number | undefined;

  constructor(
    private readonly model: MultimodalModel,
    private readonly options: SequenceTrainerOptions,
  ) {
    if (!Number.isInteger(options.rowsPerStep) || options.rowsPerStep < 1) {
      throw new ConfigError(`rowsPerStep must be a positive integer, got ${options.rowsPerStep}.`);
    }
    this.shapes = parameterShapes(model, options.trainable);
    this.sessions = new SessionCache(model.engine, model.weights.stored);
    this.loss = { buildLoss: options.buildLoss, extraInputs: options.extraInputs ?? {} };
    this.maxLength = options.maxLength ?? model.config.text.maxPositionEmbeddings;
    this.bucket = options.bucket;
  }

  async step(
    rows: readonly SequenceRow[],
    params: ReadonlyMap<string, Float32Array>,
    extra: Record<string, Float32Array> = {},
  ): Promise<SequenceStep> {
    if (rows.length === 0 || rows.length > this.options.rowsPerStep) {
      throw new ConfigError(`A step takes 1 to ${this.options.rowsPerStep} rows, got ${rows.length}.`);
    }
    const extraFeeds = Object.fromEntries(
      Object.entries(extra).map(([name, values]) => [extraInputName(name), values]),
    );
    const { outputs, trainable } = await this.run(rows, params, extraFeeds, this.loss);
    const used = new Set(trainable);
    const gradients = new Map<string, Float32Array>();
    for (const [name, shape] of this.shapes) {
      const size = shape.reduce((product, extent) => product * extent, 1);
      gradients.set(name, used.has(name) ? floats(outputs[gradientName(name)].data) : new Float32Array(size));
    }
    return {
      loss: floats(outputs['loss'].data)[0],
      rowLogProb: floats(outputs['row_log_prob'].data).slice(0, rows.length),
      gradients,
    };
  }

  async score(
    rows: readonly SequenceRow[],
    params: ReadonlyMap<string, Float32Array>,
  ): Promise<Float32Array> {
    const scores = new Float32Array(rows.length);
    // Rows of like length share a batch, so that little is spent on padding.
    const order = rows
      .map((row, at) => ({ at, length: row.promptIds.length + row.targetIds.length }))
      .sort((a, b) => a.length - b.length || a.at - b.at)
      .map(({ at }) => at);
    for (let start = 0; start < order.length; start += this.options.rowsPerStep) {
      const chunk = order.slice(start, start + this.options.rowsPerStep);
      const { outputs } = await this.run(
        chunk.map((at) => rows[at]),
        params,
        {},
      );
      const values = floats(outputs['row_log_prob'].data);
      chunk.forEach((at, place) => {
        scores[at] = values[place];
      });
    }
    return scores;
  }

  async release(): Promise<void> {
    await this.sessions.release();
  }

  private async run(
    rows: readonly SequenceRow[],
    params: ReadonlyMap<string, Float32Array>,
    extraFeeds: Record<string, Float32Array>,
    loss?: LossSpec,
  ): Promise<{ outputs: Awaited<ReturnType<Session['run']>>; trainable: readonly string[] }> {
    for (const row of rows) checkRow(this.model, row, this.maxLength);
    const shape = batchShape(rows, this.options.rowsPerStep, this.bucket);
    const key = `${loss ? 'train' : 'score'} ${shape.length} ${shape.targets} ${mediaKey(shape.media)}`;
    return this.sessions.use(
      key,
      () => buildSequenceProgram(this.model, this.options.trainable, this.shapes, shape, loss),
      async (session, program: SequenceProgram) => {
        const feeds: Record<string, TypedArray> = {
          ...batchFeeds(this.model.placeholderIds, rows, shape),
          ...program.feeds(rows.map(tokenRow)),
          ...extraFeeds,
        };
        if (loss === undefined) delete feeds['row_targets'];
        for (const name of program.trainable) {
          const value = params.get(name);
          if (value === undefined) throw new ConfigError(`The trainable parameter ${name} has no value.`);
          feeds[name] = value;
        }
        return { outputs: await session.run(feeds), trainable: program.trainable };
      },
    );
  }
}

function floats(data: TypedArray): Float32Array {
  return data as Float32Array;
}
