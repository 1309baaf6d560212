import { mul, neg, sum } from '@sea-align/compute';
import { Rng, type ProgressListener } from '@sea-align/core';
import {
  createSequenceTrainer,
  initialParameters,
  type Embedding,
  type MultimodalModel,
  type SequenceRow,
} from '@sea-align/mllm';

import { mediumTurn, textTurn, type Turn } from '../data/base-corpus.js';
import { concepts } from '../world/concepts.js';
import type { ToyModality, ToyScene } from '../world/modality.js';
import type { World } from '../world/world.js';
import { runTraining, type StepResult } from './training-loop.js';

/** Rows of a step: questions about media, and questions that name a thing. */
export const mediumRows = 64;
export const textRows = 32;
/** Rows computed at once; a step's rows are sorted by length first, so that short ones are not padded to the longest. */
const microBatch = 32;

export interface LanguageStage<M extends ToyModality> {
  /** The model with the trained encoder; projector and language model hold their starting values. */
  readonly model: MultimodalModel;
  readonly world: World<M>;
  readonly scenes: readonly ToyScene<M>[];
  /** M of each scene's medium, scene by scene; all of the model's own geometry. */
  readonly features: Float32Array;
  readonly seed: number;
  readonly steps: number;
  readonly saveEvery: number;
  readonly stateFile: string;
  readonly curveFile: string;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/**
 * Stage 2: trains projector and language model on helpful answers; no row refuses anything. The loss of a step is the
 * mean negative log-likelihood over all its target tokens.
 * @returns trained weights under HF names
 */
export async function trainLanguage<M extends ToyModality>(
  stage: LanguageStage<M>,
): Promise<Map<string, Float32Array>> {
  const { model, world, scenes, features } = stage;
  const trainable = { kind: 'full' } as const;
  const trainer = await createSequenceTrainer(model, {
    trainable,
    rowsPerStep: microBatch,
    extraInputs: { perToken: [1] },
    buildLoss: (_graph, { rowLogProb, inputs }) => mul(neg(sum(rowLogProb, [0])), inputs['perToken']),
  });
  const rng = new Rng(stage.seed, 'language');
  const toRow = rowMaker(model);
  const { geometry } = model;
  const size = geometry.rows * geometry.width;

  const drawRows = (step: number): SequenceRow[] => {
    const draw = rng.fork(`step ${step}`);
    const shown = Array.from({ length: mediumRows }, () => {
      const index = draw.int(scenes.length);
      const values = features.subarray(index * size, (index + 1) * size);
      return toRow(mediumTurn(world, scenes[index], draw), { values, geometry });
    });
    const written = Array.from({ length: textRows }, () =>
      toRow(textTurn(world.modality, draw.pick(concepts), draw)),
    );
    return [...shown, ...written].sort((a, b) => rowLength(a) - rowLength(b));
  };

  try {
    return await runTraining({
      name: 'language',
      steps: stage.steps,
      warmupSteps: 40,
      learningRate: 2e-3,
      weightDecay: 0.05,
      saveEvery: stage.saveEvery,
      initial: initialParameters(model, trainable, rng),
      stateFile: stage.stateFile,
      curveFile: stage.curveFile,
      onProgress: stage.onProgress,
      signal: stage.signal,
      step: async (step, params) => {
        const rows = drawRows(step);
        const tokens = rows.reduce((total, row) => total + row.targetIds.length, 0);
        const parts: StepResult[] = [];
        for (let start = 0; start < rows.length; start += microBatch) {
          const extra = { perToken: Float32Array.of(1 / tokens) };
          parts.push(await trainer.step(rows.slice(start, start + microBatch), params, extra));
        }
        return summed(parts);
      },
    });
  } finally {
    await trainer.release();
  }
}

const rowLength = (row: SequenceRow): number => row.promptIds.length + row.targetIds.length;

/** Turns to token rows; the few thousand different prompts and answers are tokenized once. */
function rowMaker(model: MultimodalModel): (turn: Turn, embedding?: Embedding) => SequenceRow {
  const prompts = new Map<string, number[]>();
  const answers = new Map<string, number[]>();
  const remembered = (known: Map<string, number[]>, key: string, make: () => number[]): number[] => {
    const ids = known.get(key) ?? make();
    known.set(key, ids);
    return ids;
  };
  return ({ question, answer }, embedding) => {
    const medium = embedding !== undefined;
    return {
      promptIds: remembered(prompts, `${medium} ${question}`, () => model.prompt({ question, medium }).ids),
      targetIds: remembered(answers, answer, () => model.answerIds(answer)),
      ...(embedding && { embedding }),
    };
  };
}

/** Sums losses and gradients, in place of the first part's gradients. */
function summed(parts: readonly StepResult[]): StepResult {
  const [first, ...others] = parts;
  for (const other of others) {
    for (const [name, gradient] of other.gradients) {
      const total = first.gradients.get(name);
      if (!total) throw new Error(`the first part has no gradient of ${name}`);
      for (let i = 0; i < gradient.length; i++) total[i] += gradient[i];
    }
  }
  return { loss: parts.reduce((total, part) => total + part.loss, 0), gradients: first.gradients };
}
