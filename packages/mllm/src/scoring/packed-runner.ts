import type { Graph, TypedArray } from '@sea-align/compute';
import type { PackedMember } from './control-scores.js';
import type { PackedShape } from './packed-sequence.js';

/** What one run of a batch gives; rows beyond the members hold anything. */
export interface PackedRun {
  /** [rows, branches]. */
  branchNll: Float32Array;
  /** [rows, embedding rows * width]; empty where no member wants its own. */
  gradient: Float32Array;
}

/** Computes loss and gradient of one batch of members of one shape. */
export interface PackedRunner {
  run(shape: PackedShape, batch: readonly PackedMember[]): Promise<PackedRun>;
  release(): Promise<void>;
}

/** Feed `embeddings` of a batch, [rows, embedding rows, width]. */
export function batchEmbeddings(
  { rows, geometry }: PackedShape,
  batch: readonly PackedMember[],
): Float32Array {
  const size = geometry.rows * geometry.width;
  const embeddings = new Float32Array(rows * size);
  batch.forEach(({ embedding }, row) => embeddings.set(embedding.values, row * size));
  return embeddings;
}

/** Those of the feeds that the graph declares: each of its parts reads some of them. */
export function declaredFeeds(
  graph: Graph,
  feeds: Readonly<Record<string, TypedArray>>,
): Record<string, TypedArray> {
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => graph.inputs.has(name)));
}
