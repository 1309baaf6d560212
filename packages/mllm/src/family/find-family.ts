import { CheckpointError } from '@sea-align/core';
import { modelTypeOf } from '../config/nested-config.js';
import { unsupportedArchitecture } from '../config/read-config.js';
import type { Family } from './family.js';

/** What can be loaded, for messages. */
export function supportedBy(families: readonly Family[]): string {
  return families.map((family) => family.supported).join('; ');
}

/**
 * The family of a parsed config.json. Later families come first, so that a caller's can take over a built-in's model_type.
 * @throws CheckpointError (code SEA_UNSUPPORTED_ARCHITECTURE) where none reads its model_type
 */
export function findFamily(raw: unknown, path: string, families: readonly Family[]): Family {
  const modelType = modelTypeOf(raw);
  const found = families.findLast((family) => family.modelTypes.some((type) => type === modelType));
  if (found !== undefined) return found;
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw new CheckpointError(`${path} is not a JSON object.`);
  }
  throw unsupportedArchitecture(path, `model_type "${modelType ?? '(absent)'}"`, supportedBy(families));
}
