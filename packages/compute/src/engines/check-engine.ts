import { EngineError } from '@sea-align/core';
import { Graph } from '../graph/graph.js';
import { matmul } from '../ops/matmul.js';
import type { Engine } from './engine.js';

/** Multiplies two small matrices. @throws EngineError if the engine fails or computes something else */
export async function checkEngine(engine: Engine): Promise<void> {
  const graph = new Graph();
  graph.output('product', matmul(graph.input('a', [2, 2]), graph.input('b', [2, 2])));
  const session = await engine.compile(graph, { label: `${engine.backend} on ${engine.device}` });
  try {
    const feeds = { a: Float32Array.of(1, 2, 3, 4), b: Float32Array.of(5, 6, 7, 8) };
    const { product } = await session.run(feeds);
    const expected = [19, 22, 43, 50];
    if (!expected.every((value, at) => product.data[at] === value)) {
      throw new EngineError(
        `${engine.backend} on ${engine.device} computes wrongly: ${product.data.join()} for ${expected.join()}`,
      );
    }
  } finally {
    await session.release();
  }
}
