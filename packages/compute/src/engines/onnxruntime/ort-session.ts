import { EngineError } from '@sea-align/core';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-web';
import type { HostTensor, TypedArray } from '../../graph/dtype.js';
import type { Graph } from '../../graph/graph.js';
import type { EmittedModel } from '../../onnx/emit-model.js';
import type { Feeds, Session } from '../engine.js';
import { checkFeeds } from '../feeds.js';
import type { ParameterBinder } from './parameter-binder.js';
import { toOrtTensor, type OrtLibrary } from './ort-library.js';

/** One graph loaded into ONNX Runtime. */
export class OrtSession implements Session {
  readonly #library: OrtLibrary;
  readonly #graph: Graph;
  readonly #model: EmittedModel;
  readonly #label: string;
  readonly #parameters: ParameterBinder;
  readonly #profiled: boolean;
  readonly #onRelease: (session: OrtSession) => void;
  #session: InferenceSession | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(parts: {
    library: OrtLibrary;
    graph: Graph;
    model: EmittedModel;
    label: string;
    session: InferenceSession;
    parameters: ParameterBinder;
    profiled: boolean;
    onRelease: (session: OrtSession) => void;
  }) {
    this.#library = parts.library;
    this.#graph = parts.graph;
    this.#model = parts.model;
    this.#label = parts.label;
    this.#session = parts.session;
    this.#parameters = parts.parameters;
    this.#profiled = parts.profiled;
    this.#onRelease = parts.onRelease;
  }

  run(feeds: Feeds): Promise<Record<string, HostTensor>> {
    const result = this.#queue.then(() => this.#run(feeds));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Joins the queue, so that runs called before it are answered. */
  release(): Promise<void> {
    const released = this.#queue.then(() => this.#release());
    this.#queue = released.catch(() => undefined);
    return released;
  }

  async #release(): Promise<void> {
    const session = this.#session;
    if (!session) return;
    this.#session = undefined;
    this.#onRelease(this);
    if (this.#profiled) session.endProfiling();
    await session.release();
    this.#parameters.files.remove();
  }

  async #run(feeds: Feeds): Promise<Record<string, HostTensor>> {
    if (!this.#session) throw new EngineError(`${this.#label}: the session is released`);
    const values = checkFeeds(this.#graph.inputs, feeds, this.#label);
    const tensors: Record<string, OrtTensor> = { ...this.#parameters.fed };
    for (const [name, valueName] of this.#model.inputs) {
      const { shape, dtype } = this.#graph.inputs.get(name)!;
      tensors[valueName] = toOrtTensor(this.#library, values.get(name)!, shape, dtype);
    }
    const results = await this.#runNative(this.#session, tensors);
    const outputs: Record<string, HostTensor> = {};
    for (const [name, valueName] of this.#model.outputs) {
      const { shape, dtype } = this.#graph.outputs.get(name)!;
      const result = results[valueName];
      outputs[name] = { data: result.data as TypedArray, shape, dtype };
      // Frees device memory where there is some; the host array above stays valid.
      result.dispose();
    }
    return outputs;
  }

  async #runNative(
    session: InferenceSession,
    feeds: Record<string, OrtTensor>,
  ): Promise<InferenceSession.ReturnType> {
    try {
      return await session.run(feeds);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (/requires f16 but the device does not support it/.test(message)) {
        throw new EngineError(`${this.#label}: this WebGPU adapter cannot read half-precision weights`, {
          hint: 'Use another device, or a checkpoint stored in float32.',
          cause: error,
        });
      }
      throw new EngineError(`${this.#label}: ONNX Runtime failed: ${message}`, { cause: error });
    }
  }
}
