import {
  Graph,
  gradients,
  mul,
  sum,
  type HostTensor,
  type Tensor,
  type TypedArray,
} from '@sea-align/compute';
import { declareCausalRows } from '../layers/causal-rows.js';
import { decoderLayers } from '../layers/decoder.js';
import { FrozenParameters } from '../layers/parameter-source.js';
import { embedTokens } from '../layers/word-embeddings.js';
import type { MultimodalModel } from '../multimodal-model.js';
import type { LayerProgress, PackedMember } from './control-scores.js';
import { PackedFeeds } from './packed-feeds.js';
import {
  buildPackedEnd,
  buildPackedStart,
  packedLayers,
  packedLength,
  packedWindows,
  type PackedPart,
} from './packed-parts.js';
import { meanGradient } from './packed-program.js';
import { batchEmbeddings, declaredFeeds, type PackedRun, type PackedRunner } from './packed-runner.js';
import type { PackedShape } from './packed-sequence.js';

type ArrayFeeds = Readonly<Record<string, TypedArray>>;

/**
 * Gradient checkpointing (Chen et al. 2016, arXiv 1604.06174), one segment a layer: the forward pass keeps what each layer read
 * and nothing else; the backward pass computes a layer again before it differentiates it. Every layer has a session of its own
 * that lives for one run, so memory holds the weights and activations of one layer, whatever the depth of the model.
 */
export class LayerRunner implements PackedRunner {
  private prefixFeeds: Record<string, TypedArray> = {};
  private readonly feeds = new Map<string, PackedFeeds>();

  private constructor(
    private readonly model: MultimodalModel,
    private readonly onLayer: (progress: LayerProgress) => void,
  ) {}

  static async create(
    model: MultimodalModel,
    prefixIds: readonly number[],
    onLayer: (progress: LayerProgress) => void = () => undefined,
  ): Promise<LayerRunner> {
    const runner = new LayerRunner(model, onLayer);
    if (prefixIds.length > 0) runner.prefixFeeds = await runner.prefixKeyValues(prefixIds);
    return runner;
  }

  async run(shape: PackedShape, batch: readonly PackedMember[]): Promise<PackedRun> {
    const feeds = {
      embeddings: batchEmbeddings(shape, batch),
      ...this.feedsOf(shape).of(batch),
      ...this.prefixFeeds,
    };
    const last = this.layers - 1;
    const start = await this.runPart('start', shape, feeds, (part) => {
      part.graph.output('hidden', buildPackedStart(part).hidden);
    });
    // What each layer reads.
    const read = [floats(start['hidden'])];
    for (let layer = 0; layer < last; layer++) {
      const after = await this.runPart(`layer ${layer}`, shape, { ...feeds, hidden: read[layer] }, (part) =>
        part.graph.output('hidden', packedLayers(part, false)(layer, hiddenInput(part)).hidden),
      );
      read.push(floats(after['hidden']));
      this.onLayer({ pass: 'forward', layer, layers: this.layers });
    }
    const lossOnly = batch.every((member) => member.lossOnly);
    const end = await this.runPart(
      `layer ${last} and loss`,
      shape,
      { ...feeds, hidden: read[last] },
      (part) => {
        const hidden = hiddenInput(part);
        const branchNll = buildPackedEnd(part, packedLayers(part, true)(last, hidden).hidden);
        part.graph.output('branch_nll', branchNll);
        if (!lossOnly) part.graph.output('gradient', meanGradient(branchNll, hidden));
      },
    );
    const branchNll = floats(end['branch_nll']);
    this.onLayer({ pass: lossOnly ? 'forward' : 'backward', layer: last, layers: this.layers });
    if (lossOnly) return { branchNll, gradient: new Float32Array(0) };
    let upstream = floats(end['gradient']);
    for (let layer = last - 1; layer >= 0; layer--) {
      read.pop();
      const before = await this.runPart(
        `gradient of layer ${layer}`,
        shape,
        { ...feeds, hidden: read[layer], upstream },
        (part) => {
          const hidden = hiddenInput(part);
          outputPullback(part, packedLayers(part, false)(layer, hidden).hidden, hidden);
        },
      );
      upstream = floats(before['gradient']);
      this.onLayer({ pass: 'backward', layer, layers: this.layers });
    }
    const gradient = await this.runPart('gradient of E', shape, { ...feeds, upstream }, (part) => {
      const { embeddings, hidden } = buildPackedStart(part);
      outputPullback(part, hidden, embeddings);
    });
    return { branchNll, gradient: floats(gradient['gradient']) };
  }

  async release(): Promise<void> {
    // No session outlives its run.
  }

  private get layers(): number {
    return this.model.config.text.numHiddenLayers;
  }

  private feedsOf(shape: PackedShape): PackedFeeds {
    const { text } = this.model.config;
    const { rows, suffix, targets, geometry } = shape;
    const key = `${rows} ${suffix} ${targets} ${geometry.key}`;
    const feeds = this.feeds.get(key) ?? new PackedFeeds(text, shape, packedWindows(text, shape));
    this.feeds.set(key, feeds);
    return feeds;
  }

  private runPart(
    label: string,
    shape: PackedShape,
    feeds: ArrayFeeds,
    build: (part: PackedPart) => void,
  ): Promise<Record<string, HostTensor>> {
    return this.once(`packed ${label}`, feeds, (graph, source) =>
      build({ graph, source, model: this.model, shape }),
    );
  }

  /** Compiles a graph, runs it and lets it go: with the session go the weights it maps. */
  private async once(
    label: string,
    feeds: ArrayFeeds,
    build: (graph: Graph, source: FrozenParameters) => void,
  ): Promise<Record<string, HostTensor>> {
    const { engine, weights } = this.model;
    const graph = new Graph();
    build(graph, new FrozenParameters(graph, weights));
    const session = await engine.compile(graph, { weights: weights.stored, label });
    try {
      return await session.run(declaredFeeds(graph, feeds));
    } finally {
      await session.release();
    }
  }

  /** Feeds past_key.* and past_value.* of the prefix, each [1, key/value heads, prefix, headDim]. */
  private async prefixKeyValues(prefixIds: readonly number[]): Promise<Record<string, TypedArray>> {
    const { config } = this.model;
    const { length } = prefixIds;
    const words = await this.once(
      'prefix words',
      { input_ids: Int32Array.from(prefixIds) },
      (graph, source) =>
        graph.output('hidden', embedTokens(config, source, graph.input('input_ids', [length], 'int32'))),
    );
    let hidden = words['hidden'].data;
    // The same for all layers.
    const rotary = declareCausalRows(new Graph(), config, 1, length).feeds([{ ids: prefixIds }]);
    const past: Record<string, TypedArray> = {};
    for (let layer = 0; layer < this.layers; layer++) {
      const after = await this.once(`prefix layer ${layer}`, { ...rotary, hidden }, (graph, source) => {
        const { cos, sin, mask } = declareCausalRows(graph, config, 1, length);
        const input = graph.input('hidden', [length, config.text.hiddenSize]);
        const built = decoderLayers(graph, config, source, { batch: 1, cos, sin, mask })(layer, input);
        graph.output('key', built.present.key);
        graph.output('value', built.present.value);
        if (layer < this.layers - 1) graph.output('hidden', built.hidden);
      });
      past[`past_key.${layer}`] = after['key'].data;
      past[`past_value.${layer}`] = after['value'].data;
      if (layer < this.layers - 1) hidden = after['hidden'].data;
      this.onLayer({ pass: 'prefix', layer, layers: this.layers });
    }
    return past;
  }
}

function hiddenInput({ graph, model, shape }: PackedPart): Tensor {
  return graph.input('hidden', [shape.rows * packedLength(shape), model.config.text.hiddenSize]);
}

/** Output `gradient`: the derivative of a loss with respect to `to`, given that with respect to `from` as input `upstream`. */
function outputPullback({ graph }: PackedPart, from: Tensor, to: Tensor): void {
  const upstream = graph.input('upstream', from.shape);
  const [gradient] = gradients(sum(mul(from, upstream)), [to]);
  graph.output('gradient', gradient);
}

function floats({ data }: HostTensor): Float32Array {
  return data as Float32Array;
}
