import { outcomesOf } from '../metrics/outcomes.js';
import type { BenchReport } from './bench-report.js';

/**
 * `report.jsonl`: every answer of the report, a line each, with its case and all verdicts that count: what scripts would
 * otherwise join from the logs of a run. To be written piece by piece.
 *
 * @throws DatasetError for a run with two cases of one key
 */
export function* benchReportJsonl({ runs }: BenchReport): Generator<string, void, undefined> {
  for (const run of runs) {
    for (const { case: item, answer, verdicts } of outcomesOf(run)) {
      if (answer === undefined) continue;
      const { key: _key, ...given } = answer;
      const judged = [...verdicts.values()].map(({ key: _of, answerHash: _hash, ...verdict }) => verdict);
      yield `${JSON.stringify({ run: run.name, ...item, ...given, verdicts: judged })}\n`;
    }
  }
}
