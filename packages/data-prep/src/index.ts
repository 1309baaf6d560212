export { prepare } from './run/prepare.js';
export { type PrepareOptions, type PrepareSummary } from './run/prepare-options.js';
export { type OutputFiles } from './run/output-files.js';

export { datasetFormats, type DatasetFormat } from './dataset/dataset-formats.js';
export { readDataset, type DatasetReaderOptions, type DatasetRow } from './dataset/dataset-reader.js';
export { type LengthLimits } from './dataset/screen-row.js';

export {
  type Extraction,
  type ExtractionRequest,
  type ExtractionResult,
  type PhraseExtractor,
  type Rejection,
  type RejectionCode,
} from './extraction/extraction.js';
export {
  createOfflineExtractor,
  type LexiconEntry,
  type OfflineExtractorOptions,
} from './extraction/offline-extractor.js';
export { createLlmExtractor, type LlmExtractorOptions } from './extraction/llm-extractor.js';

export {
  defaultHabits,
  habitsFor,
  habitsSchema,
  knownModalities,
  withOverrides,
  type HabitOverrides,
  type Habits,
} from './habits/habits.js';
export {
  probeTargetModel,
  type ProbeAnswers,
  type ProbedModel,
  type ProbeOptions,
  type ProbeReport,
} from './habits/probe-target-model.js';
export { controlSamples, verificationChecks } from './habits/control-samples.js';
