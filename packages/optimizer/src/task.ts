import { ConfigError, DatasetError, Rng, type ControlSample, type PreparedSample } from '@sea-align/core';
import type { MultimodalModel, PackedBranch } from '@sea-align/mllm';
import { verificationQuestions, type VerificationQuestion } from './verify.js';

/** One embedding to make: a sample, which of its embeddings this is, and the control samples it is trained on. */
export interface EmbeddingTask {
  /** `<sample id>#<index>`; also the tensor's name. */
  id: string;
  sample: PreparedSample;
  /** Names the random stream that noise and drawn styles come from. */
  seed: string;
  controls: ControlSample[];
  /** What it is asked afterwards. */
  questions: VerificationQuestion[];
}

export interface TaskOptions {
  seed: number | string;
  embeddingsPerSample: number;
  /** Questions that the content target answers, 1 for the prepared one only. */
  contentQuestions: number;
  /** Style control samples drawn per embedding; null for all, 0 for none. */
  styleSamples: number | null;
}

/**
 * Lists every embedding of a run. Style samples are drawn by the embedding's own random stream, so a task depends on the
 * run's seed and its own id only: not on which other samples are in the run, nor on their order.
 *
 * @throws DatasetError on a repeated id, or a sample without a content control sample or with too few style samples
 */
export function planTasks(samples: readonly PreparedSample[], options: TaskOptions): EmbeddingTask[] {
  const seen = new Set<string>();
  return samples.flatMap((sample) => {
    if (seen.has(sample.id))
      throw faultySample(sample, 'id', `sample "${sample.id}" occurs twice; ids must be unique`);
    seen.add(sample.id);
    return Array.from({ length: options.embeddingsPerSample }, (_, index): EmbeddingTask => {
      const id = `${sample.id}#${index}`;
      const controls = [
        ...contentControls(sample, options.contentQuestions),
        ...styleControls(sample, options.styleSamples, taskRng(options.seed, id).fork('styles')),
      ];
      const questions = verificationQuestions(sample, controls);
      return { id, sample, seed: `${options.seed}/${id}`, controls, questions };
    });
  });
}

/** The random stream of one embedding. */
export function taskRng(seed: number | string, id: string): Rng {
  return new Rng(seed).fork('embedding').fork(id);
}

/**
 * The prepared content samples, and the same target behind further questions. A content question that names the kind ("the
 * product in the image") can be answered without E saying what kind it is; a question that leaves it open cannot.
 */
function contentControls(sample: PreparedSample, contentQuestions: number): ControlSample[] {
  const prepared = sample.controls.filter((control) => control.role === 'content');
  if (prepared.length === 0) {
    throw faultySample(
      sample,
      'controls',
      `sample "${sample.id}" has no content control sample; prepare it again`,
    );
  }
  const asked = new Set(sample.controls.map((control) => control.question));
  const open = sample.verification.filter(({ question }) => !asked.has(question));
  const further = Math.max(0, Math.min(contentQuestions - prepared.length, open.length - 1));
  const { target } = prepared[0];
  return [
    ...prepared,
    ...open.slice(0, further).map(({ question }): ControlSample => ({ role: 'content', question, target })),
  ];
}

function styleControls(sample: PreparedSample, styleSamples: number | null, rng: Rng): ControlSample[] {
  const styles = sample.controls.filter((control) => control.role === 'style');
  if (styleSamples === null) return styles;
  if (styleSamples > styles.length) {
    throw faultySample(
      sample,
      'controls',
      `sample "${sample.id}" has ${styles.length} style control samples, styleSamples asks for ${styleSamples}; lower it, or prepare more`,
    );
  }
  return rng.sample(styles, styleSamples);
}

function faultySample(sample: PreparedSample, field: string, message: string): DatasetError {
  return new DatasetError(message, { file: sample.source.file, line: sample.source.line, field });
}

/** Control samples as token ids: what stands before the medium, the same for all, and one branch per control sample. */
export interface TokenisedControls {
  prefixIds: number[];
  branches: PackedBranch[];
}

/**
 * Splits each control sample's prompt around the medium.
 * @throws ConfigError if the chat template puts anything of the question before the medium: then nothing can be shared
 */
export function tokeniseControls(
  model: Pick<MultimodalModel, 'prompt' | 'answerIds' | 'geometry'>,
  controls: readonly ControlSample[],
): TokenisedControls {
  let prefixIds: number[] | undefined;
  const branches = controls.map((control): PackedBranch => {
    const { ids, mediumAt } = model.prompt({ question: control.question, medium: true });
    const prefix = ids.slice(0, mediumAt);
    prefixIds ??= prefix;
    if (!sameIds(prefix, prefixIds)) throw questionBeforeMedium();
    return {
      promptIds: ids.slice(mediumAt + model.geometry.tokens),
      targetIds: model.answerIds(control.target),
    };
  });
  return { prefixIds: prefixIds ?? [], branches };
}

export function questionBeforeMedium(): ConfigError {
  return new ConfigError(
    'The chat template puts text of the question before the medium, so control samples share no prefix.',
    { hint: 'Use a chat template in which the medium comes before the question.' },
  );
}

export function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
