import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '@sea-align/compute';
import { createPackedScorer, loadModel, type LayerProgress, type PackedScorerOptions } from '@sea-align/mllm';
import { optimizeEmbeddings, readEmbeddingRecords, type ScorerFactory } from '@sea-align/optimizer';
import { largeSample } from './large-sample.js';
import { MemoryWatch, type MemoryPeak } from './memory-watch.js';

export interface LargeStepRequest {
  /** The checkpoint. */
  folder: string;
  modality: string;
  threads: number;
  gradientCheckpointing: PackedScorerOptions['gradientCheckpointing'];
  onStage?: (stage: string) => void;
  /** Where scoring goes layer by layer. */
  onLayer?: (progress: LayerProgress) => void;
}

/** A stretch of the step, with the most memory that the process took in it. */
export interface LargeStage {
  stage: LargeStageName;
  seconds: number;
  /** Undefined where it cannot be measured. */
  peak: MemoryPeak | undefined;
}

export type LargeStageName = 'load' | 'encode' | 'prefix' | 'step' | 'update' | 'step again';

export interface LargeStep {
  engine: string;
  /** Type in which the language model's weights stay. */
  weights: string;
  /** Modality tokens of the blank medium, and rows and width of E. */
  tokens: number;
  embedding: readonly [rows: number, width: number];
  stages: LargeStage[];
  /** Seconds of the first step's forward pass up to the last layer, where scoring goes layer by layer. */
  forwardSeconds: number | undefined;
  /** Before the update and behind it. */
  losses: number[];
}

/**
 * Loads a checkpoint and takes one optimisation step with it, as `sea optimize` does: M(blank), keys and values of the prefix, loss
 * and gradient of two control samples, Adam's update; and the loss of what came out, with which optimisation ends.
 */
export async function largeStep(request: LargeStepRequest): Promise<LargeStep> {
  const { folder, modality, threads, gradientCheckpointing } = request;
  const engine = await createEngine({ backend: 'onnxruntime-node', device: 'cpu', threads });
  const out = await mkdtemp(join(tmpdir(), 'sea-bench-7b-'));
  const stages = new Stages(request.onStage);
  try {
    const model = await stages.run('load', () => loadModel(folder, { engine, modality }));
    const encode = model.encode.bind(model);
    model.encode = (media) => stages.run('encode', () => encode(media));
    let forwardSeconds: number | undefined;
    const createScorer: ScorerFactory = async (asked) => {
      let start = 0;
      const onLayer = (progress: LayerProgress): void => {
        if (progress.pass === 'forward' && stages.last === 'prefix')
          forwardSeconds = (performance.now() - start) / 1000;
        request.onLayer?.(progress);
      };
      const scorer = await stages.run('prefix', () =>
        createPackedScorer(model, { ...asked, gradientCheckpointing, onLayer }),
      );
      return {
        async score(members) {
          start = performance.now();
          if (stages.last === 'prefix') return stages.run('step', () => scorer.score(members));
          stages.between('update');
          return stages.run('step again', () => scorer.score(members));
        },
        release: () => scorer.release(),
      };
    };
    await optimizeEmbeddings({
      model,
      samples: [largeSample(modality)],
      out: join(out, 'embeddings'),
      options: { steps: 1, verify: { enabled: false } },
      createScorer,
    });
    const [record] = await readEmbeddingRecords(join(out, 'embeddings'), { include: 'all' });
    const { tokens, rows, width } = model.geometry;
    const weights = model.weights.storage(`${model.config.names.root}.layers.0.self_attn.q_proj.weight`);
    await model.release();
    return {
      engine: engine.describe(),
      weights,
      tokens,
      embedding: [rows, width],
      stages: stages.done,
      forwardSeconds,
      losses: record.lossCurve,
    };
  } finally {
    await stages.close();
    await rm(out, { recursive: true, force: true });
    await engine.dispose();
  }
}

/** Times stages and watches their memory. */
class Stages {
  readonly done: LargeStage[] = [];
  private readonly watch = new MemoryWatch();
  private endedAt = performance.now();

  constructor(private readonly onStage: (stage: string) => void = () => undefined) {}

  /** The stage that ended last. */
  get last(): LargeStageName | undefined {
    return this.done.at(-1)?.stage;
  }

  async run<T>(stage: LargeStageName, work: () => Promise<T>): Promise<T> {
    this.onStage(stage);
    this.watch.reset();
    const start = performance.now();
    const result = await work();
    this.end(stage, start);
    return result;
  }

  /** Takes what happened since the last stage for one of its own. */
  between(stage: LargeStageName): void {
    this.end(stage, this.endedAt);
  }

  close(): Promise<void> {
    return this.watch.close();
  }

  private end(stage: LargeStageName, start: number): void {
    this.endedAt = performance.now();
    this.done.push({ stage, seconds: (this.endedAt - start) / 1000, peak: this.watch.peak() });
    // What comes before the next stage is a stage's own, too.
    this.watch.reset();
  }
}
