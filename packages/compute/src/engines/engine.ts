import type { HostTensor, TypedArray } from '../graph/dtype.js';
import type { Graph } from '../graph/graph.js';

/** Where a parameter's bytes lie in a file, so that an engine can map them instead of holding a copy. */
export interface WeightLocation {
  readonly path: string;
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly byteLength: number;
}

/** Values for a graph's parameters, by name. */
export interface WeightSource {
  /** @throws CheckpointError naming the tensor when it is missing */
  get(name: string): HostTensor;
  /** Where the tensor lies on disk, if it does; the bytes there have the dtype that `get` reports. */
  locate?(name: string): WeightLocation | undefined;
}

export interface CompileOptions {
  /** Needed if the graph has parameters. */
  readonly weights?: WeightSource;
  /** What the graph is, for error messages. */
  readonly label?: string;
}

/** A value per input: a host array in row-major order, or one with its shape. */
export type Feeds = Readonly<Record<string, TypedArray | HostTensor>>;

/** A compiled graph. Runs of one session are queued, not interleaved. */
export interface Session {
  /** @throws EngineError naming an input that is missing, unknown, or of wrong dtype, shape or length */
  run(feeds: Feeds): Promise<Record<string, HostTensor>>;
  /** Frees what the session holds, after the runs called before; a later `run` throws EngineError. Twice is harmless. */
  release(): Promise<void>;
}

/**
 * What products with weights stored in half precision are computed in; everything else is float32. With `float16` the operands are
 * narrowed, row by row scaled to their largest value, and the sums are kept as the device keeps them (float32 in cuBLAS).
 */
export type Precision = 'float32' | 'float16';

export type EngineName = 'onnxruntime' | 'tensorflow' | 'reference';

/** Something that runs graphs. */
export interface Engine {
  readonly name: EngineName;
  /** The library used, e.g. `onnxruntime-node`. */
  readonly backend: string;
  /** The device the library computes on, e.g. `cpu`, `cuda`, `webgpu`. */
  readonly device: string;
  /** One line for logs: library, version, device, threads. */
  describe(): string;
  compile(graph: Graph, options?: CompileOptions): Promise<Session>;
  /** Releases every session still open. */
  dispose(): Promise<void>;
}
