import {
  Graph,
  gather,
  gradients,
  logSoftmax,
  mean,
  neg,
  reshape,
  takeLast,
  type Engine,
  type HostTensor,
  type Tensor,
  type TypedArray,
} from '@sea-align/compute';
import { CheckpointError } from '@sea-align/core';
import type { FamilyConfig } from '../family/family-config.js';
import { buildDecoder } from '../layers/decoder.js';
import { declareMasks } from '../layers/decoder-masks.js';
import { FrozenParameters } from '../layers/parameter-source.js';
import { rotaryTables } from '../layers/rotary.js';
import { buildLmHead, embedTokens, mergeEmbeddings } from '../layers/word-embeddings.js';
import { planMerge, type MergePlan, type TokenBatch } from '../merge/merge-plan.js';
import type { OpenCheckpoint } from '../weights/open-checkpoint.js';

const IGNORE_INDEX = -100;

/** A tensor as the case has it, and which of its leading rows count (all, where absent). */
export interface ReferenceOutput {
  data: TypedArray;
  shape: readonly number[];
}

/**
 * The whole model on one batch, with every intermediate result under the name that golden files use: what the family's
 * encoder half has (vision_hidden.*, encoder_output, projector_output, …), then llm_inputs_embeds, llm_hidden.*, llm_final_norm,
 * logits, target_nll, loss, loss_per_sample, and grad_* of the loss with respect to llm_inputs_embeds and the family's places.
 */
export async function runReferenceForward(
  engine: Engine,
  { architecture, config, weights }: Pick<OpenCheckpoint, 'architecture' | 'config' | 'weights'>,
  inputs: ReadonlyMap<string, HostTensor>,
): Promise<Map<string, ReferenceOutput>> {
  const tokens = tokenBatch(inputs);
  const graph = new Graph();
  const source = new FrozenParameters(graph, weights);
  const media = architecture.buildReferenceMedia?.(graph, config, source, inputs);
  const groups = media?.groups ?? [];
  const plan = planMerge(tokens, {
    text: config.text,
    padTokenId: config.padTokenId,
    groups: groups.map(({ geometries }) => geometries),
  });
  const targets = targetsOf(plan);
  const feeds: Record<string, TypedArray> = {
    ...media?.feeds,
    input_ids: tokens.inputIds,
    merge_index: plan.mergeIndex,
  };
  for (const [name, tensor] of media?.outputs ?? []) graph.output(name, tensor);
  const wrt = new Map(media?.differentiable);

  const words = embedTokens(config, source, graph.input('input_ids', [tokens.inputIds.length], 'int32'));
  const zeroRow = graph.constant(new Float32Array(config.text.hiddenSize), [1, config.text.hiddenSize]);
  const mergeIndex = graph.input('merge_index', [plan.mergeIndex.length], 'int32');
  const inputsEmbeds = mergeEmbeddings(
    words,
    [...groups.map(({ features }) => features), zeroRow],
    mergeIndex,
  );
  wrt.set('llm_inputs_embeds', inputsEmbeds);
  const logits = language(graph, config, source, plan, inputsEmbeds, feeds);
  if (targets.count > 0) {
    const rows = gather(logits, graph.input('target_rows', [targets.count], 'int32'));
    const ids = graph.input('target_ids', [targets.count], 'int32');
    feeds['target_rows'] = targets.rows;
    feeds['target_ids'] = targets.ids;
    const nll = neg(takeLast(logSoftmax(rows), ids));
    const loss = mean(nll);
    graph.output('target_nll', nll);
    graph.output('loss', reshape(loss, [1]));
    const names = [...wrt.keys()];
    gradients(loss, [...wrt.values()]).forEach((gradient, at) => graph.output(`grad_${names[at]}`, gradient));
  }

  const session = await engine.compile(graph, { weights: weights.stored, label: 'reference forward' });
  const results = await session.run(feeds).finally(() => session.release());
  const outputs = new Map<string, ReferenceOutput>(Object.entries(results));
  addHostOutputs(outputs, plan, targets);
  return outputs;
}

function language(
  graph: Graph,
  config: FamilyConfig,
  source: FrozenParameters,
  plan: MergePlan,
  inputsEmbeds: Tensor,
  feeds: Record<string, TypedArray>,
): Tensor {
  const { batch, length } = plan;
  const { headDim } = config.text;
  const masks = declareMasks(graph, config.text, [batch, length, length], length);
  const visible = (row: number, query: number, key: number): boolean =>
    key <= query && plan.attentionMask[row * length + key] !== 0;
  Object.assign(
    feeds,
    masks.feeds(visible, (_row, query, key) => query - key),
  );
  Object.assign(feeds, rotaryTables(config.text, plan.positionIds));
  const decoded = buildDecoder(graph, config, source, {
    inputsEmbeds,
    batch,
    cos: graph.input('cos', [batch, 1, length, headDim]),
    sin: graph.input('sin', [batch, 1, length, headDim]),
    mask: masks.mask,
  });
  graph.output('llm_inputs_embeds', inputsEmbeds);
  decoded.hiddenStates.forEach((state, layer) => graph.output(`llm_hidden.${layer + 1}`, state));
  graph.output('llm_final_norm', decoded.finalNorm);
  const logits = buildLmHead(config, source, decoded.finalNorm);
  graph.output('logits', logits);
  return logits;
}

/** Places whose next token is a target: HF drops labels of -100 and labels at places that are not attended. */
interface Targets {
  count: number;
  /** Flat place of the logits that predict the target. */
  rows: Int32Array;
  ids: Int32Array;
  /** [count * 2]: row of the batch and place of the target token. */
  index: Int32Array;
}

function targetsOf({ batch, length, labels, attentionMask }: MergePlan): Targets {
  const places: number[] = [];
  for (let row = 0; labels && row < batch; row++) {
    for (let at = row * length + 1; at < (row + 1) * length; at++) {
      if (labels[at] !== IGNORE_INDEX && attentionMask[at] !== 0) places.push(at);
    }
  }
  return {
    count: places.length,
    rows: Int32Array.from(places, (at) => at - 1),
    ids: Int32Array.from(places, (at) => labels?.[at] ?? 0),
    index: Int32Array.from(places.flatMap((at) => [Math.floor(at / length), at % length])),
  };
}

/** Results that are no tensors of the graph. */
function addHostOutputs(outputs: Map<string, ReferenceOutput>, plan: MergePlan, targets: Targets): void {
  const { batch, length } = plan;
  outputs.set('llm_attention_mask', { data: plan.attentionMask, shape: [batch, length] });
  const { positionIds, ropeDeltas } = plan;
  const axes = positionIds.length;
  outputs.set('llm_position_ids', {
    data: Int32Array.from(positionIds.flatMap((axis) => [...axis])),
    shape: axes === 1 ? [batch, length] : [axes, batch, length],
  });
  if (ropeDeltas !== undefined) outputs.set('rope_deltas', { data: ropeDeltas, shape: [batch, 1] });
  if (plan.labels !== undefined) outputs.set('merged_labels', { data: plan.labels, shape: [batch, length] });
  const nll = outputs.get('target_nll');
  if (nll === undefined) return;
  outputs.set('target_index', { data: targets.index, shape: [targets.count, 2] });
  const sums = new Float64Array(batch);
  const counts = new Float64Array(batch);
  for (let at = 0; at < targets.count; at++) {
    sums[targets.index[at * 2]] += Number(nll.data[at]);
    counts[targets.index[at * 2]]++;
  }
  outputs.set('loss_per_sample', {
    data: Float32Array.from(sums, (sum, row) => sum / counts[row]),
    shape: [batch],
  });
}

function tokenBatch(inputs: ReadonlyMap<string, HostTensor>): TokenBatch {
  const inputIds = integers(inputs, 'input_ids');
  const shape = inputs.get('input_ids')?.shape;
  if (inputIds === undefined || shape?.length !== 2) {
    throw new CheckpointError('inputs.safetensors has no input_ids of shape [batch, length].');
  }
  const attentionMask = integers(inputs, 'attention_mask') ?? new Int32Array(inputIds.length).fill(1);
  const labels = integers(inputs, 'labels');
  for (const [name, values] of Object.entries({ attention_mask: attentionMask, labels })) {
    if (values !== undefined && values.length !== inputIds.length) {
      throw new CheckpointError(`inputs.safetensors: ${name} does not have the shape of input_ids.`);
    }
  }
  return { batch: shape[0], length: shape[1], inputIds, attentionMask, labels };
}

function integers(inputs: ReadonlyMap<string, HostTensor>, name: string): Int32Array | undefined {
  const tensor = inputs.get(name);
  return tensor && Int32Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}
