export { align, type AlignArguments, type AlignmentResult } from './align.js';
export type { AlignmentFiles } from './artefacts.js';
export {
  alignmentOptionsSchema,
  trainableSchema,
  type AlignmentMethod,
  type AlignmentOptions,
  type AlignmentTrainable,
  type AlignmentTrainableInput,
  type BatchComposition,
  resolveOptions,
  type ResolvedOptions,
  resolveTrainable,
} from './options.js';
export type { TrainingOutcome } from './training/train.js';
export type { HistoryEntry } from './training/history.js';

export {
  type AlignmentRow,
  groupOf,
  type RowGroup,
  rowGroups,
  type TensorReference,
} from './rows/alignment-row.js';
export {
  type AlignmentRowSources,
  buildAlignmentRows,
  type BuiltRows,
  countGroups,
  type ExtraRow,
} from './rows/build-rows.js';
export { mediumWording, type MediumWording, mediumWordings, multimodalInstruction } from './rows/wording.js';
export { readAlignmentRows, writeAlignmentRows } from './rows/dataset-folder.js';

export { dpoLoss, type DpoGraphInputs, type DpoLoss, dpoLossGraph } from './losses/dpo.js';
export { sftLoss, type SftLoss, sftLossGraph, tokenMeanCoefficients } from './losses/sft.js';

export { loadAdapter, saveAdapter, type TrainedLora } from '@sea-align/mllm';
