import type { CaseRecord, FileRecord, MediumRecord } from './records.js';
import type { MediaTask } from './tasks.js';

/** A file that a producer has made, still in the staging folder. */
export interface StagedFile {
  readonly staged: string;
  /** `mp4`, `mp3`, `wav` */
  readonly extension: string;
  readonly decoded: FileRecord['decoded'];
}

export interface Produced {
  readonly files: readonly StagedFile[];
  readonly shown?: MediumRecord['shown'];
  readonly standIn: boolean;
  /** Who made it from what; JSON-able, without secrets, the same in every run. */
  readonly provenance: Readonly<Record<string, unknown>>;
  readonly versions: Readonly<Record<string, string>>;
}

/** What a task would take for a number of cases. */
export interface TaskEstimate {
  readonly calls: number;
  readonly seconds?: number;
  readonly spend?: { readonly amount: number; readonly currency: string };
  readonly note?: string;
}

/** Makes the media of one task. */
export interface Producer {
  readonly task: MediaTask;
  /** Asks nothing, needs no key. */
  estimate(cases: readonly CaseRecord[]): Promise<TaskEstimate>;
  produce(testCase: CaseRecord, signal: AbortSignal): Promise<Produced>;
}
