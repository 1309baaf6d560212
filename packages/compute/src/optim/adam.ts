import { ConfigError } from '@sea-align/core';
import type { HostTensor } from '../graph/dtype.js';

export interface AdamOptions {
  /** Step size; `step` may be given another one for a single step. Default 1e-3. */
  readonly learningRate?: number;
  /** Decay of the running mean of gradients. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the running mean of squared gradients. Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the second moment. Default 1e-8. */
  readonly eps?: number;
}

export interface AdamWOptions extends AdamOptions {
  /** Decoupled decay: each step first multiplies a parameter by `1 - learningRate * weightDecay`. Default 0.01. */
  readonly weightDecay?: number;
  /** Which parameters decay; by default all. */
  readonly decayFilter?: (name: string) => boolean;
}

interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** Per parameter, so that one that joins late gets its own bias correction (as in PyTorch). */
  steps: number;
}

function checked(options: AdamWOptions): Required<AdamOptions> {
  const { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weightDecay = 0 } = options;
  const issues = [
    ...Object.entries({ learningRate, eps, weightDecay })
      .filter(([, value]) => !(value >= 0 && value < Infinity))
      .map(([path, value]) => ({ path, message: `must be a number >= 0, got ${value}` })),
    ...Object.entries({ beta1, beta2 })
      .filter(([, value]) => !(value >= 0 && value < 1))
      .map(([path, value]) => ({ path, message: `must be in [0, 1), got ${value}` })),
  ];
  if (issues.length > 0)
    throw new ConfigError('The optimiser was given options that make no sense.', { issues });
  return { learningRate, beta1, beta2, eps };
}

/**
 * Adam on host arrays (Kingma & Ba, algorithm 1, with the bias correction placed as in PyTorch's `torch.optim.Adam`).
 * State is float32; the arithmetic of one element is float64.
 */
export class Adam {
  protected readonly options: Required<AdamOptions>;
  private readonly moments = new Map<string, Moments>();

  /** @throws ConfigError naming every option out of range */
  constructor(options: AdamOptions = {}) {
    this.options = checked(options);
  }

  /**
   * One step, in place.
   *
   * @param params parameters by name; those without a gradient stay as they are
   * @param grads d loss / d parameter, same names and lengths
   * @param learningRate for this step, instead of the constructor's
   * @throws ConfigError for a gradient without parameter, or of another length
   */
  step(
    params: ReadonlyMap<string, Float32Array>,
    grads: ReadonlyMap<string, Float32Array>,
    learningRate = this.options.learningRate,
  ): void {
    for (const [name, grad] of grads) {
      const param = params.get(name);
      const state = param && (this.moments.get(name) ?? newMoments(param.length));
      if (param?.length !== grad.length || state?.first.length !== grad.length) {
        throw new ConfigError(
          `The gradient of '${name}' has ${grad.length} elements, its parameter ${param?.length ?? 'does not exist'}` +
            (state === undefined ? '.' : `, the optimiser's state ${state.first.length}.`),
        );
      }
      this.moments.set(name, state);
      state.steps += 1;
      this.update(param, grad, state, learningRate, 1 - learningRate * this.decayOf(name));
    }
  }

  /** Drops the state of one parameter, so that a new one may take its name. */
  forget(name: string): void {
    this.moments.delete(name);
  }

  /** Moments and step counts as tensors to be written with `writeSafetensors`; views, not copies. */
  state(): Map<string, HostTensor> {
    const tensors = new Map<string, HostTensor>();
    for (const [name, { first, second, steps }] of this.moments) {
      tensors.set(`${name}.exp_avg`, { data: first, shape: [first.length], dtype: 'float32' });
      tensors.set(`${name}.exp_avg_sq`, { data: second, shape: [second.length], dtype: 'float32' });
      tensors.set(`${name}.step`, { data: Int32Array.of(steps), shape: [], dtype: 'int32' });
    }
    return tensors;
  }

  /** Takes over a state made by `state()`, dropping the present one. @throws ConfigError if it is incomplete */
  load(state: ReadonlyMap<string, HostTensor>): void {
    const loaded = new Map<string, Moments>();
    for (const [key, { data: steps }] of state) {
      if (!key.endsWith('.step')) continue;
      const name = key.slice(0, -'.step'.length);
      const first = state.get(`${name}.exp_avg`)?.data;
      const second = state.get(`${name}.exp_avg_sq`)?.data;
      if (
        !(first instanceof Float32Array) ||
        !(second instanceof Float32Array) ||
        first.length !== second.length ||
        !(steps instanceof Int32Array)
      ) {
        throw new ConfigError(`The optimiser state of '${name}' is incomplete or of the wrong type.`);
      }
      loaded.set(name, { first: first.slice(), second: second.slice(), steps: steps[0] });
    }
    if (loaded.size * 3 !== state.size) {
      const unknown = [...state.keys()].find(
        (key) => !loaded.has(key.replace(/\.(step|exp_avg|exp_avg_sq)$/, '')),
      );
      throw new ConfigError(
        `The optimiser state holds the tensor '${unknown}', which belongs to no parameter.`,
      );
    }
    this.moments.clear();
    for (const [name, moments] of loaded) this.moments.set(name, moments);
  }

  /** Weight decay of a parameter; none in plain Adam. */
  protected decayOf(_name: string): number {
    return 0;
  }

  private update(
    param: Float32Array,
    grad: Float32Array,
    state: Moments,
    learningRate: number,
    keep: number,
  ): void {
    const { beta1, beta2, eps } = this.options;
    const { first, second, steps } = state;
    const rest1 = 1 - beta1;
    const rest2 = 1 - beta2;
    const stepSize = learningRate / (1 - beta1 ** steps);
    const secondScale = 1 / Math.sqrt(1 - beta2 ** steps);
    for (let i = 0; i < param.length; i++) {
      const g = grad[i];
      const m = beta1 * first[i] + rest1 * g;
      const v = beta2 * second[i] + rest2 * g * g;
      first[i] = m;
      second[i] = v;
      param[i] = param[i] * keep - (stepSize * m) / (Math.sqrt(v) * secondScale + eps);
    }
  }
}

/** Adam with decoupled weight decay (Loshchilov & Hutter), as `torch.optim.AdamW`. */
export class AdamW extends Adam {
  private readonly weightDecay: number;
  private readonly decays: (name: string) => boolean;

  constructor(options: AdamWOptions = {}) {
    super(options);
    this.weightDecay = options.weightDecay ?? 0.01;
    this.decays = options.decayFilter ?? (() => true);
  }

  protected override decayOf(name: string): number {
    return this.decays(name) ? this.weightDecay : 0;
  }
}

function newMoments(length: number): Moments {
  return { first: new Float32Array(length), second: new Float32Array(length), steps: 0 };
}
