export { ChatError } from './errors/chat-error.js';
export { CheckpointError } from './errors/checkpoint-error.js';
export { ConfigError, type ConfigIssue } from './errors/config-error.js';
export { DatasetError, type DatasetPlace } from './errors/dataset-error.js';
export { DiskError, errnoOf } from './errors/disk-error.js';
export { EngineError } from './errors/engine-error.js';
export { MediaError } from './errors/media-error.js';
export { NumericError } from './errors/numeric-error.js';
export { RunFolderError } from './errors/run-folder-error.js';
export { SeaError, type SeaErrorOptions } from './errors/sea-error.js';

export { Rng } from './rng.js';

export { parseLine, readJsonl, type JsonlEntry } from './jsonl-read.js';
export { writeJsonl } from './jsonl-write.js';
export { JsonlLog } from './jsonl-log.js';
export { FileLock } from './file-lock.js';

export { AtomicFile, writeFileAtomic } from './atomic-file.js';
export { ensureInside, safeFileName } from './path-guard.js';
export { sha256, sha256File } from './sha256.js';
export { canonicalJson } from './canonical-json.js';

export {
  checkRunFolder,
  openRunFolder,
  runFileName,
  type RunFolder,
  type RunFolderCheck,
  type RunFolderOptions,
} from './run-folder.js';
export { readManifest, RunManifest, type RunManifestData, type RunManifestInit } from './manifest.js';
export {
  ProgressMeter,
  type ProgressEvent,
  type ProgressListener,
  type ProgressMeterOptions,
} from './progress.js';
export { describeError, errorAsJson, exitCodeOf } from './terminal/describe-error.js';
export { printable } from './terminal/printable.js';
export {
  commandRunner,
  type CommandContext,
  type CommandRunner,
  type CommonOptions,
} from './terminal/run-command.js';
export {
  createTerminalProgress,
  formatDuration,
  type ProgressTerminal,
  type TerminalProgress,
} from './terminal/terminal-progress.js';
export { pending, shardOf } from './work-list.js';
export { formatPath, listIssues, parseConfig } from './config-check.js';

export {
  answerRecordSchema,
  controlSampleSchema,
  embeddingRecordSchema,
  instructionRecordSchema,
  phraseKindSchema,
  preparedSampleSchema,
  rejectedRowSchema,
  verdictSchema,
  verificationAnswerSchema,
  verificationCheckSchema,
  type AnswerRecord,
  type ControlSample,
  type EmbeddingRecord,
  type InstructionRecord,
  type PhraseKind,
  type PreparedSample,
  type RejectedRow,
  type Verdict,
  type VerificationAnswer,
  type VerificationCheck,
} from './records.js';
