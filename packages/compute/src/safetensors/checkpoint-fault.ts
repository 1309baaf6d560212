import { CheckpointError } from '@sea-align/core';

/** A CheckpointError whose message says which file, which tensor (if one is to blame), what is wrong and what to do. */
export function checkpointFault(fault: {
  file: string;
  tensor?: string;
  problem: string;
  hint: string;
  cause?: unknown;
}): CheckpointError {
  const { file, tensor, problem, hint, cause } = fault;
  const where = tensor === undefined ? file : `${file}: tensor '${tensor}'`;
  return new CheckpointError(`${where}: ${problem}`, { hint, details: { file, tensor }, cause });
}
