import { EngineError } from '@sea-align/core';
import type { Graph } from '../../graph/graph.js';
import type { CompileOptions, Engine } from '../engine.js';
import {
  loadTfjs,
  tfjsBackends,
  tfjsInstallCommand,
  tfjsPackages,
  type ImportPackage,
  type LoadedTfjs,
  type TfjsBackend,
} from './load-tfjs.js';
import { TensorflowSession } from './tensorflow-session.js';

export interface TensorflowEngineOptions {
  /** Fixes the package; default: the first of tfjs-node-gpu, tfjs-node and tfjs that loads. */
  readonly backend?: TfjsBackend;
  /** `cpu` leaves the GPU package aside, `cuda` accepts nothing but a GPU. Default `auto`. */
  readonly device?: 'auto' | 'cpu' | 'cuda';
  /** Threads within an operation, for the native packages. */
  readonly threads?: number;
  readonly importPackage?: ImportPackage;
}

/** Runs graphs with TensorFlow.js, one library call per operation. */
class TensorflowEngine implements Engine {
  readonly name = 'tensorflow';
  readonly backend: TfjsBackend;
  readonly device: string;
  private readonly sessions = new Set<TensorflowSession>();

  constructor(private readonly loaded: LoadedTfjs) {
    this.backend = loaded.backend;
    this.device = loaded.device;
  }

  describe(): string {
    const { version, nativeVersion = '', tfBackendName } = this.loaded;
    const library = tfBackendName === 'cpu' ? 'JavaScript' : `native TensorFlow ${nativeVersion}`.trimEnd();
    return `tensorflow: ${tfjsPackages[this.backend]} ${version} (${library}) on ${this.device}`;
  }

  async compile(graph: Graph, options: CompileOptions = {}): Promise<TensorflowSession> {
    const { tf, tfBackendName } = this.loaded;
    // New tensors go to the backend that is current, which another engine of this process may have switched.
    while (tf.getBackend() !== tfBackendName) await tf.setBackend(tfBackendName);
    const session = new TensorflowSession(
      tf,
      tfBackendName,
      graph,
      options.label ?? 'graph',
      options,
      (released) => this.sessions.delete(released),
    );
    this.sessions.add(session);
    return session;
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.sessions].map((session) => session.release()));
  }
}

/**
 * Finds a TensorFlow.js package and makes an engine of it.
 *
 * @throws EngineError saying, for each package tried, why it was not used, with the command that installs it
 */
export async function createTensorflowEngine(options: TensorflowEngineOptions = {}): Promise<Engine> {
  const { device = 'auto', threads, importPackage } = options;
  const candidates = options.backend
    ? [options.backend]
    : tfjsBackends.filter((backend) => device !== 'cpu' || backend !== 'tfjs-node-gpu');
  const reasons: string[] = [];
  for (const backend of candidates) {
    try {
      const loaded = await loadTfjs(backend, threads, importPackage);
      if (device === 'auto' || device === loaded.device) return new TensorflowEngine(loaded);
      reasons.push(`${tfjsPackages[backend]} computes on ${loaded.device}, not on ${device}.`);
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  const [first] = candidates;
  const message =
    reasons.length === 1 ? reasons[0] : `No TensorFlow.js to compute with.\n  ${reasons.join('\n  ')}`;
  throw new EngineError(message, {
    code: 'SEA_ENGINE_MISSING',
    hint: `Install ${candidates.length === 1 ? 'it' : 'one'}: ${(device === 'cuda' ? [first] : candidates).map(tfjsInstallCommand).join('  or  ')}`,
  });
}
