import type { CaseReport } from './verify-golden.js';

/** A case as a table: tensor, largest difference, tolerance, verdict. */
export function formatCase({ case: name, passed, tensors }: CaseReport): string {
  const width = Math.max(...tensors.map(({ tensor }) => tensor.length));
  const lines = tensors.map(({ tensor, maxDifference, tolerance, passed: within, problem }) => {
    const { absolute, relative } = tolerance;
    const limit = relative === 0 ? `${absolute}` : `${absolute} + ${relative} |x|`;
    const verdict = within ? 'ok' : `OVER${problem === undefined ? '' : `: ${problem}`}`;
    return `  ${tensor.padEnd(width)}  ${maxDifference.toExponential(2).padStart(9)}  (${limit})  ${verdict}`;
  });
  return [`${name}: ${passed ? 'ok' : 'OVER TOLERANCE'}`, ...lines].join('\n');
}
