import {
  add,
  Graph,
  gradients,
  logSoftmax,
  mean,
  mul,
  neg,
  reshape,
  takeLast,
  type Engine,
  type Tensor,
  type TypedArray,
} from '@sea-align/compute';
import { Rng, type ProgressListener } from '@sea-align/core';

import type { Head } from './tiny-model.js';
import { initialWeights } from './initial-weights.js';
import { TrainableInputs } from './trainable-inputs.js';
import { runTraining } from './training-loop.js';

/** An encoder whose weights the source gives: declares its own inputs, returns E of all media, [media, rows, width]. */
export type BuildEncoder = (graph: Graph, source: TrainableInputs, media: number) => Tensor;

export interface EncoderProgram {
  readonly graph: Graph;
  /** Every weight, the heads' included. */
  readonly shapes: Map<string, readonly number[]>;
}

/**
 * Forward, loss and gradients of one batch; logits of each head are outputs too. The heads see E averaged over each of
 * `spans` equal runs of rows, side by side: 1 forgets where and when, the number of frames keeps when.
 */
export function buildEncoderProgram(
  buildEncoder: BuildEncoder,
  heads: readonly Pick<Head<never>, 'name' | 'classes' | 'weight'>[],
  media: number,
  spans: number,
): EncoderProgram {
  const graph = new Graph();
  const source = new TrainableInputs(graph);
  const encoded = buildEncoder(graph, source, media);
  const [, rows, width] = encoded.shape;
  const pooled = reshape(mean(reshape(encoded, [media, spans, rows / spans, width]), [2]), [
    media,
    spans * width,
  ]);
  let loss: Tensor | undefined;
  for (const head of heads) {
    const logits = source.linear(pooled, `head.${head.name}`, head.classes.length, true);
    graph.output(`logits.${head.name}`, logits);
    const picked = takeLast(logSoftmax(logits), graph.input(`label.${head.name}`, [media], 'int32'));
    const term = mul(neg(mean(picked, [0])), head.weight);
    loss = loss === undefined ? term : add(loss, term);
  }
  if (loss === undefined) throw new RangeError('an encoder needs at least one head to be trained by');
  graph.output('loss', loss);
  const names = [...source.used.keys()];
  gradients(loss, [...source.used.values()]).forEach((gradient, i) =>
    graph.output(`grad.${names[i]}`, gradient),
  );
  return { graph, shapes: new Map([...source.used].map(([name, tensor]) => [name, tensor.shape])) };
}

export interface EncoderStage<S> {
  readonly engine: Engine;
  readonly buildEncoder: BuildEncoder;
  readonly heads: readonly Head<S>[];
  readonly spans: number;
  readonly scenes: readonly S[];
  /** The encoder's inputs for the scenes of these places in `scenes`. */
  readonly feeds: (indices: readonly number[]) => Record<string, TypedArray>;
  readonly seed: number;
  readonly steps: number;
  readonly batch: number;
  readonly saveEvery: number;
  readonly stateFile: string;
  readonly curveFile: string;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** Labels of some scenes, one input for each head. */
export function labelFeeds<S>(heads: readonly Head<S>[], scenes: readonly S[]): Record<string, Int32Array> {
  return Object.fromEntries(
    heads.map(({ name, classes, of }) => [
      `label.${name}`,
      Int32Array.from(scenes, (scene) => classes.indexOf(of(scene))),
    ]),
  );
}

/**
 * Stage 1: trains the modality encoder to tell apart what the media show, by heads that are thrown away afterwards.
 * @returns its weights under HF names
 */
export async function trainEncoder<S>(stage: EncoderStage<S>): Promise<Map<string, Float32Array>> {
  const { heads, scenes } = stage;
  const { graph, shapes } = buildEncoderProgram(stage.buildEncoder, heads, stage.batch, stage.spans);
  const session = await stage.engine.compile(graph, { label: 'encoder training' });
  const rng = new Rng(stage.seed, 'encoder');
  try {
    const trained = await runTraining({
      name: 'encoder',
      steps: stage.steps,
      warmupSteps: 60,
      learningRate: 2e-3,
      weightDecay: 0.05,
      saveEvery: stage.saveEvery,
      initial: initialWeights(shapes, rng.fork('initial'), 0.02),
      stateFile: stage.stateFile,
      curveFile: stage.curveFile,
      onProgress: stage.onProgress,
      signal: stage.signal,
      step: async (step, params) => {
        const draw = rng.fork(`step ${step}`);
        const indices = Array.from({ length: stage.batch }, () => draw.int(scenes.length));
        const labels = labelFeeds(
          heads,
          indices.map((index) => scenes[index]),
        );
        const outputs = await session.run({
          ...stage.feeds(indices),
          ...labels,
          ...Object.fromEntries(params),
        });
        return {
          loss: outputs['loss'].data[0] as number,
          gradients: new Map(
            [...shapes.keys()].map((name) => [name, outputs[`grad.${name}`].data as Float32Array]),
          ),
        };
      },
    });
    return new Map([...trained].filter(([name]) => !name.startsWith('head.')));
  } finally {
    await session.release();
  }
}
