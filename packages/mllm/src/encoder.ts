import { Graph, reshape, type HostTensor, type Tensor, type TypedArray } from '@sea-align/compute';
import { EngineError } from '@sea-align/core';
import type { Embedding, MediumGeometry } from './family/medium-geometry.js';
import type { PreparedMedium } from './family/prepared-medium.js';
import { FrozenParameters } from './layers/parameter-source.js';
import type { ModelPieces } from './model-pieces.js';
import type { SessionCache } from './session-cache.js';

const MAX_BATCH = 8;
/** Rows of encoder output that one run may have, so that large media do not make a batch of hundreds of megabytes. */
const MAX_ROWS = 8192;

/** M: encoder outputs, in order. */
export function encodeMedia(
  model: ModelPieces,
  sessions: SessionCache,
  media: readonly PreparedMedium[],
): Promise<Embedding[]> {
  return byGeometry(
    media,
    (chunk, geometry, batch) =>
      runBatch(
        sessions,
        `encode ${geometry.key}`,
        chunk.map(({ features }) => features),
        batch,
        geometry.rows * geometry.width,
        (graph, source) => model.architecture.buildEncoder(graph, model.config, source, geometry, batch),
        model,
      ),
    (values, { geometry }) => ({ values, geometry }),
  );
}

/** P: projector outputs, each [tokens * text width], in order. */
export function projectMedia(
  model: ModelPieces,
  sessions: SessionCache,
  embeddings: readonly Embedding[],
): Promise<Float32Array[]> {
  return byGeometry(
    embeddings,
    (chunk, geometry, batch) => {
      const { rows, width, tokens } = geometry;
      return runBatch(
        sessions,
        `project ${geometry.key}`,
        chunk.map(({ values }) => ({ embeddings: checked(values, geometry) })),
        batch,
        tokens * model.config.text.hiddenSize,
        (graph, source) =>
          model.architecture.buildProjector(
            graph,
            model.config,
            source,
            geometry,
            graph.input('embeddings', [batch, rows, width]),
          ),
        model,
      );
    },
    (values) => values,
  );
}

function checked(values: Float32Array, { key, rows, width }: MediumGeometry): HostTensor {
  if (values.length === rows * width) return { data: values, shape: [rows, width], dtype: 'float32' };
  throw new EngineError(
    `An embedding has ${values.length} values; "${key}" has ${rows * width} ([${rows}, ${width}]).`,
  );
}

/** Runs items of one geometry together, at most as many as fit, and puts the results in the order of the items. */
async function byGeometry<T extends { geometry: MediumGeometry }, R>(
  items: readonly T[],
  run: (chunk: readonly T[], geometry: MediumGeometry, batch: number) => Promise<Float32Array[]>,
  result: (values: Float32Array, item: T) => R,
): Promise<R[]> {
  const groups = new Map<string, number[]>();
  items.forEach(({ geometry }, at) => {
    const indices = groups.get(geometry.key) ?? [];
    groups.set(geometry.key, indices);
    indices.push(at);
  });
  const results = new Array<R>(items.length);
  for (const indices of groups.values()) {
    const { geometry } = items[indices[0]];
    const limit = Math.max(1, Math.min(MAX_BATCH, Math.floor(MAX_ROWS / geometry.rows)));
    for (let start = 0; start < indices.length; start += limit) {
      const chunk = indices.slice(start, start + limit);
      const batch = 2 ** Math.ceil(Math.log2(chunk.length));
      const outputs = await run(
        chunk.map((at) => items[at]),
        geometry,
        batch,
      );
      chunk.forEach((at, place) => {
        results[at] = result(outputs[place], items[at]);
      });
    }
  }
  return results;
}

/** One run of a graph whose inputs are the media's features, one behind the other; media beyond those given are zero. */
async function runBatch(
  sessions: SessionCache,
  label: string,
  media: readonly Readonly<Record<string, HostTensor>>[],
  batch: number,
  outputSize: number,
  build: (graph: Graph, source: FrozenParameters) => Tensor,
  { weights }: ModelPieces,
): Promise<Float32Array[]> {
  const feeds = Object.fromEntries(
    Object.keys(media[0]).map((name) => [name, stack(name, media, batch, label)]),
  );
  const output = await sessions.use(
    `${label} x${batch}`,
    () => {
      const graph = new Graph();
      graph.output(
        'output',
        reshape(build(graph, new FrozenParameters(graph, weights)), [batch, outputSize]),
      );
      return { graph };
    },
    async (session) => (await session.run(feeds))['output'],
  );
  const data = output.data as Float32Array;
  return media.map((_, at) => data.slice(at * outputSize, (at + 1) * outputSize));
}

function stack(
  name: string,
  media: readonly Readonly<Record<string, HostTensor>>[],
  batch: number,
  label: string,
): TypedArray {
  const { data, dtype } = media[0][name];
  const size = data.length;
  const stacked = dtype === 'int32' ? new Int32Array(batch * size) : new Float32Array(batch * size);
  media.forEach((features, at) => {
    const own = (features as Partial<typeof features>)[name];
    if (own?.data.length !== size || own.dtype !== dtype) {
      throw new EngineError(
        `${label}: ${name} of a medium has ${own?.data.length ?? 'no'} values; ${size} were expected.`,
      );
    }
    stacked.set(own.data as Float32Array | Int32Array, at * size);
  });
  return stacked;
}
