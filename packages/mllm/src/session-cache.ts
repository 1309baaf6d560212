import type { Engine, Graph, Session, WeightSource } from '@sea-align/compute';

/** A graph to compile, with whatever its caller needs to feed it. */
export interface Program {
  graph: Graph;
}

interface Entry {
  compiled: Promise<{ session: Session; program: Program }>;
  users: number;
}

/**
 * Compiled sessions by key (usually the shape bucket), reused from call to call. The least recently used idle ones are
 * released when there are more than `capacity`, so that a long run keeps a flat memory.
 */
export class SessionCache {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly engine: Engine,
    private readonly weights: WeightSource,
    private readonly capacity = 12,
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
    const start = async (): Promise<{ session: Session; program: Program }> => {
      const program = build();
      return {
        session: await this.engine.compile(program.graph, { weights: this.weights, label: key }),
        program,
      };
    };
    return { compiled: start(), users: 0 };
  }

  private async evict(): Promise<void> {
    for (const [key, entry] of this.entries) {
      if (this.entries.size <= this.capacity) return;
      if (entry.users > 0) continue;
      this.entries.delete(key);
      await close(entry);
    }
  }
}

async function close(entry: Entry): Promise<void> {
  const compiled = await entry.compiled.catch(() => undefined);
  await compiled?.session.release();
}
