import type { HostTensor } from '@sea-align/compute';
import type { ReferenceOutput } from './reference-forward.js';
import { onlyWhereAttended, toleranceOf, type Tolerance } from './tolerance.js';

/** One tensor of a case. */
export interface TensorComparison {
  tensor: string;
  /** Largest |ours - reference| among the elements that count; NaN where either is not a number. */
  maxDifference: number;
  elements: number;
  tolerance: Tolerance;
  passed: boolean;
  /** What is wrong besides the numbers: no counterpart, another shape. */
  problem?: string;
}

/** Compares every tensor of outputs.safetensors. */
export function compareOutputs(
  reference: ReadonlyMap<string, HostTensor>,
  ours: ReadonlyMap<string, ReferenceOutput>,
): TensorComparison[] {
  const attended = ours.get('llm_attention_mask');
  return [...reference].map(([tensor, expected]) => {
    const tolerance = toleranceOf(tensor);
    const actual = ours.get(tensor);
    const failed = (problem: string): TensorComparison => ({
      tensor,
      maxDifference: NaN,
      elements: expected.data.length,
      tolerance,
      passed: false,
      problem,
    });
    if (actual === undefined) return failed('not computed by this engine');
    if (actual.data.length !== expected.data.length) {
      return failed(`shape [${actual.shape.join(', ')}], expected [${expected.shape.join(', ')}]`);
    }
    const mask = onlyWhereAttended(tensor) ? attended?.data : undefined;
    return { tensor, tolerance, ...largestDifference(expected.data, actual.data, tolerance, mask) };
  });
}

function largestDifference(
  expected: ArrayLike<number | bigint>,
  actual: ArrayLike<number | bigint>,
  { absolute, relative }: Tolerance,
  mask: ArrayLike<number | bigint> | undefined,
): Pick<TensorComparison, 'maxDifference' | 'elements' | 'passed'> {
  const width = mask === undefined ? 1 : expected.length / mask.length;
  let maxDifference = 0;
  let elements = 0;
  let passed = true;
  for (let at = 0; at < expected.length; at++) {
    if (mask !== undefined && Number(mask[Math.floor(at / width)]) === 0) continue;
    elements++;
    const wanted = Number(expected[at]);
    const difference = Math.abs(Number(actual[at]) - wanted);
    if (!(difference <= maxDifference)) maxDifference = difference;
    // Written so that NaN fails.
    if (!(difference <= absolute + relative * Math.abs(wanted))) passed = false;
    if (Number.isNaN(difference)) return { maxDifference: NaN, elements, passed: false };
  }
  return { maxDifference, elements, passed };
}
