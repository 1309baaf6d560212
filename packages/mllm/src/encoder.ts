import { Graph, reshape, type TypedArray } from '@sea-align/compute';
import { EngineError } from '@sea-align/core';
import { embeddingTokens, embeddingWidth, featureLayerIndices } from './config/llava-config.js';
import { FrozenParameters } from './layers/parameter-source.js';
import { buildProjector } from './layers/projector.js';
import { buildVisionTower, selectFeatures } from './layers/vision-tower.js';
import type { ModelPieces } from './model-pieces.js';
import type { SessionCache } from './session-cache.js';

const MAX_BATCH = 8;

/** M on a batch, pixel_values [n, channels, H, W] to encoder outputs [n, tokens, width]; layers that are not used are left out. */
function encodeProgram({ config, weights }: ModelPieces, images: number): { graph: Graph } {
  const { numChannels, imageSize } = config.vision;
  const graph = new Graph();
  const pixelValues = graph.input('input', [images, numChannels, imageSize, imageSize]);
  const layers = Math.max(...featureLayerIndices(config));
  const states = buildVisionTower(config.vision, new FrozenParameters(graph, weights), pixelValues, layers);
  graph.output('output', selectFeatures(config, states));
  return { graph };
}

/** P on a batch, [n, tokens, width] to [n, tokens, text width]. */
function projectProgram({ config, weights }: ModelPieces, media: number): { graph: Graph } {
  const graph = new Graph();
  const tokens = embeddingTokens(config);
  const embeddings = graph.input('input', [media, tokens, embeddingWidth(config)]);
  const projected = buildProjector(config, new FrozenParameters(graph, weights), embeddings);
  graph.output('output', reshape(projected, [media, tokens, config.text.hiddenSize]));
  return { graph };
}

/** Encoder outputs, each [tokens * width], of pixel_values. */
export function encodeMedia(
  model: ModelPieces,
  sessions: SessionCache,
  pixelValues: readonly Float32Array[],
): Promise<Float32Array[]> {
  const { numChannels, imageSize } = model.config.vision;
  const size = numChannels * imageSize * imageSize;
  return inBatches(sessions, 'encode', pixelValues, size, (media) => encodeProgram(model, media));
}

/** Projector outputs, each [tokens * text width], of encoder outputs. */
export function projectMedia(
  model: ModelPieces,
  sessions: SessionCache,
  embeddings: readonly Float32Array[],
): Promise<Float32Array[]> {
  const size = embeddingTokens(model.config) * embeddingWidth(model.config);
  return inBatches(sessions, 'project', embeddings, size, (media) => projectProgram(model, media));
}

async function inBatches(
  sessions: SessionCache,
  label: string,
  items: readonly Float32Array[],
  size: number,
  build: (media: number) => { graph: Graph },
): Promise<Float32Array[]> {
  const wrong = items.find((item) => item.length !== size);
  if (wrong) throw new EngineError(`${label}: a medium has ${wrong.length} values; ${size} were expected.`);
  const results: Float32Array[] = [];
  for (let start = 0; start < items.length; start += MAX_BATCH) {
    const chunk = items.slice(start, start + MAX_BATCH);
    const batch = 2 ** Math.ceil(Math.log2(chunk.length));
    const feed = new Float32Array(batch * size);
    chunk.forEach((item, at) => feed.set(item, at * size));
    const output = await sessions.use(
      `${label} ${batch}`,
      () => build(batch),
      async (session) => (await session.run({ input: feed }))['output'],
    );
    const data: TypedArray = output.data;
    const width = data.length / batch;
    for (let at = 0; at < chunk.length; at++)
      results.push((data as Float32Array).slice(at * width, (at + 1) * width));
  }
  return results;
}
