import {
  add,
  Graph,
  gradients,
  logSoftmax,
  mean,
  mul,
  neg,
  takeLast,
  type Engine,
  type Tensor,
  type TypedArray,
} from '@sea-align/compute';
import { Rng, type ProgressListener } from '@sea-align/core';
import { buildVisionTower, selectFeatures, type LlavaConfig } from '@sea-align/mllm';

import { colours } from '../world/colours.js';
import { concepts } from '../world/concepts.js';
import { modelResolution } from '../world/render.js';
import type { SceneSpec } from '../world/scene.js';
import { styles } from '../world/styles.js';
import { initialWeights } from './initial-weights.js';
import { normalisedPixels, pictureBytes } from './rendering-cache.js';
import { TrainableInputs } from './trainable-inputs.js';
import { runTraining } from './training-loop.js';

/** What the encoder is trained to tell apart, by heads that are thrown away afterwards. */
const heads = [
  { name: 'concept', classes: concepts.map((c) => c.id), weight: 1, of: (scene: SceneSpec) => scene.concept },
  { name: 'style', classes: styles.map((s) => s.id), weight: 0.5, of: (scene: SceneSpec) => scene.style },
  { name: 'colour', classes: colours.map((c) => c.id), weight: 0.5, of: (scene: SceneSpec) => scene.colour },
] as const;

interface VisionProgram {
  readonly graph: Graph;
  readonly shapes: Map<string, readonly number[]>;
}

/** Forward, loss and gradients of one batch; logits of each head are outputs too. */
export function buildVisionProgram(config: LlavaConfig, batch: number): VisionProgram {
  const graph = new Graph();
  const source = new TrainableInputs(graph);
  const pixels = graph.input('pixel_values', [batch, 3, modelResolution, modelResolution]);
  // The features that LLaVA will see: patch tokens of the selected layer, averaged for the heads.
  const pooled = mean(selectFeatures(config, buildVisionTower(config.vision, source, pixels)), [1]);
  let loss: Tensor | undefined;
  for (const head of heads) {
    const logits = source.linear(pooled, `head.${head.name}`, head.classes.length, true);
    graph.output(`logits.${head.name}`, logits);
    const picked = takeLast(logSoftmax(logits), graph.input(`label.${head.name}`, [batch], 'int32'));
    const term = mul(neg(mean(picked, [0])), head.weight);
    loss = loss === undefined ? term : add(loss, term);
  }
  if (loss === undefined) throw new Error('there are no heads');
  graph.output('loss', loss);
  const names = [...source.used.keys()];
  gradients(loss, [...source.used.values()]).forEach((gradient, i) =>
    graph.output(`grad.${names[i]}`, gradient),
  );
  return { graph, shapes: new Map([...source.used].map(([name, tensor]) => [name, tensor.shape])) };
}

/** Pixel values and labels of some scenes; `mirrored` says which are flipped left to right. */
function batchFeeds(
  scenes: readonly SceneSpec[],
  pictures: Uint8Array,
  indices: readonly number[],
): Record<string, TypedArray> {
  const pixels = new Float32Array(indices.length * pictureBytes);
  indices.forEach((index, row) => normalisedPixels(pictures, index, pixels, row * pictureBytes));
  const labels = heads.map(({ name, classes, of }) => [
    `label.${name}`,
    Int32Array.from(indices, (index) => classes.indexOf(of(scenes[index]))),
  ]);
  return { pixel_values: pixels, ...Object.fromEntries(labels) };
}

export interface VisionStage {
  readonly engine: Engine;
  readonly config: LlavaConfig;
  readonly scenes: readonly SceneSpec[];
  /** As `cachedPictures` gives them, one per scene. */
  readonly pictures: Uint8Array;
  readonly seed: number;
  readonly steps: number;
  readonly batch: number;
  readonly saveEvery: number;
  readonly stateFile: string;
  readonly curveFile: string;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** Stage 1: trains the image encoder on what the pictures show. @returns its weights under HF names */
export async function trainVision(stage: VisionStage): Promise<Map<string, Float32Array>> {
  const { graph, shapes } = buildVisionProgram(stage.config, stage.batch);
  const session = await stage.engine.compile(graph, { label: 'vision training' });
  const rng = new Rng(stage.seed, 'vision');
  try {
    const trained = await runTraining({
      name: 'vision',
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
        const indices = Array.from({ length: stage.batch }, () => draw.int(stage.scenes.length));
        const feeds = batchFeeds(stage.scenes, stage.pictures, indices);
        const outputs = await session.run({ ...feeds, ...Object.fromEntries(params) });
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
