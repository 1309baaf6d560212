/** Something wrong with a benchmark. */
export interface Fault {
  /** Relative to the benchmark. */
  readonly path: string;
  readonly check: CheckName;
  readonly fault: string;
  /** What to do. */
  readonly fix: string;
}

export const checkNames = ['questions', 'files', 'properties', 'hashes', 'text', 'speech', 'twins'] as const;
export type CheckName = (typeof checkNames)[number];

/** What a check looked at. */
export interface CheckSummary {
  readonly check: CheckName;
  readonly what: string;
  /** Things looked at. */
  readonly checked: number;
  readonly faults: number;
  /** Why it was not done, or not for all. */
  readonly skipped?: string;
}

/** For what a further build makes again. */
export const buildAgain = 'Run the same build again: it makes what is missing.';
export const deleteAndBuild = 'Delete this file and run the same build again: it makes what is missing.';
