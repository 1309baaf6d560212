import type { Rate } from '../rates.js';

/** One line of a loss plot. */
export interface LossSeries {
  readonly name: string;
  /** Loss at step 0, 1, 2, …, or [step, loss] pairs. */
  readonly losses: readonly number[] | readonly (readonly [step: number, loss: number])[];
}

export interface LossPlot {
  readonly title: string;
  readonly yTitle: string;
  readonly series: readonly LossSeries[];
}

/** A medium as a page can show or play it: a picture, an animated picture, a video or a sound. */
export interface ReportMedium {
  readonly data: Uint8Array;
  /** For example `image/png`, `image/webp`, `video/mp4`, `audio/wav`. */
  readonly mediaType: string;
}

/** One test case with the answers of several arms. */
export interface ReportExample {
  readonly condition: string;
  /** What the model saw or heard; absent for text cases. */
  readonly medium?: ReportMedium;
  readonly question: string;
  readonly answers: readonly { readonly arm: string; readonly answer: string; readonly verdict: string }[];
}

/** Everything a report shows; the report adds no numbers of its own. */
export interface ReportData {
  readonly title: string;
  readonly summary: readonly string[];
  readonly arms: readonly { readonly name: string; readonly rates: readonly Rate[] }[];
  readonly lossPlots: readonly LossPlot[];
  readonly examples: readonly ReportExample[];
  /** Label → value: machine, seeds, versions, timings. */
  readonly facts: Readonly<Record<string, string>>;
}
