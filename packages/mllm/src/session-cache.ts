import {
  bytesPerElement,
  type Engine,
  type Graph,
  type Session,
  type WeightSource,
} from '@sea-align/compute';

/** A graph to compile, with whatever its caller needs to feed it. */
export interface Program {
  graph: Graph;
}

interface Entry {
  compiled: Promise<{ session: Session; program: Program }>;
  users: number;
  /** Of weights that the session holds for itself, bytes. */
  ownWeights: number;
}

/**
 * On a GPU every session has a copy of its weights, which ONNX Runtime cannot share between sessions; a cache keeps as many as
 * fit into this many bytes. One session of a 7B model in half precision takes 14 GB.
 */
const gpuWeightLimit = 16 * 2 ** 30;

/**
 * Compiled sessions by key (usually the shape bucket), reused from call to call. The least recently used idle ones are
 * released when there are more than `capacity`, so that a long run keeps a flat memory; on a GPU also when their weights
 * and those of the next would take more than `weightLimit` bytes.
 */
export class SessionCache {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly engine: Engine,
    private readonly weights: WeightSource,
    private readonly capacity = 12,
    private readonly weightLimit = gpuWeightLimit,
  ) {}

  /** Sessions held now. */
  get size(): number {
    return this.entries.size;
  }

  /** Runs `use` with the session of `key`, which `build` describes if it is not there yet. A key stands for one kind of program. */
  async use<P extends Program, R>(
    key: string,
    build: () => P,
    use: (session: Session, program: P) => Promise<R>,
  ): Promise<R> {
    const entry = this.entries.get(key) ?? this.compile(key, build);
    this.entries.delete(key);
    this.entries.set(key, entry);
    entry.users++;
    try {
      const { session, program } = await entry.compiled;
      return await use(session, program as P);
    } catch (error) {
      // A program that does not compile is not kept.
      await entry.compiled.catch(() => this.entries.delete(key));
      throw error;
    } finally {
      entry.users--;
      await this.evict();
    }
  }

  async release(): Promise<void> {
    const entries = [...this.entries.values()];
    this.entries.clear();
    await Promise.all(entries.map((entry) => close(entry)));
  }

  private compile(key: string, build: () => Program): Entry {
    const entry: Entry = { compiled: Promise.resolve().then(() => start()), users: 0, ownWeights: 0 };
    const start = async (): Promise<{ session: Session; program: Program }> => {
      const program = build();
      entry.ownWeights = sharesWeights(this.engine) ? 0 : parameterBytes(program.graph);
      await this.evict();
      return {
        session: await this.engine.compile(program.graph, { weights: this.weights, label: key }),
        program,
      };
    };
    return entry;
  }

  private async evict(): Promise<void> {
    let weights = 0;
    for (const { ownWeights } of this.entries.values()) weights += ownWeights;
    for (const [key, entry] of this.entries) {
      const fits = weights <= this.weightLimit || this.entries.size === 1;
      if (this.entries.size <= this.capacity && fits) return;
      if (entry.users > 0) continue;
      this.entries.delete(key);
      weights -= entry.ownWeights;
      await close(entry);
    }
  }
}

/** Native sessions map one file, and WebAssembly is only used for small models. */
function sharesWeights({ device }: Engine): boolean {
  return device === 'cpu' || device === 'wasm';
}

function parameterBytes({ parameters }: Graph): number {
  let bytes = 0;
  for (const { shape, dtype } of parameters.values()) {
    bytes += bytesPerElement[dtype] * shape.reduce((size, extent) => size * extent, 1);
  }
  return bytes;
}

async function close(entry: Entry): Promise<void> {
  const compiled = await entry.compiled.catch(() => undefined);
  await compiled?.session.release();
}
