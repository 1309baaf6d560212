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

export interface Spend {
  readonly amount: number;
  readonly currency: string;
}

/** What a task would take for a number of cases. */
export interface TaskEstimate {
  /** Requests to servers. */
  readonly calls: number;
  /** Of work here and, where it is known, on servers; missing if it is not. */
  readonly seconds?: number;
  /** What is known of the spend. */
  readonly spend: readonly Spend[];
  /** Whether some server's price is not known. */
  readonly unpriced: boolean;
  readonly note?: string;
}

/** Makes the media of one task. */
export interface Producer {
  readonly task: MediaTask;
  /** Asks nothing, needs no key. */
  estimate(cases: readonly CaseRecord[]): Promise<TaskEstimate>;
  /** Work that many cases share, before the first of them is produced; faults of single cases are left to `produce`. */
  prepare?(cases: readonly CaseRecord[], signal: AbortSignal): Promise<void>;
  produce(testCase: CaseRecord, signal: AbortSignal): Promise<Produced>;
}
