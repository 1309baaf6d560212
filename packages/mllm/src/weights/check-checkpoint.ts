import { createHash } from 'node:crypto';
import { firstNonFinite, type SafetensorsFile } from '@sea-align/compute';
import { CheckpointError } from '@sea-align/core';
import type { FamilyConfig } from '../family/family-config.js';
import type { Family } from '../family/family.js';
import { lmHeadName } from './expected-tensors.js';

/** A checkpoint's tensors after checking. */
export interface CheckedCheckpoint {
  /** Names used here to names in the file, in a fixed order. */
  storedNames: Map<string, string>;
  /** SHA-256 (hex) over names, types, shapes and bytes of the tensors; the same however they are sharded. */
  hash: string;
}

/**
 * Compares a checkpoint with its config and reads every tensor once, one at a time, to find NaN or infinite values.
 * @throws CheckpointError that lists every missing, extra, misshapen, doubled and non-finite tensor
 */
export function checkCheckpoint(
  file: SafetensorsFile,
  family: Family,
  config: FamilyConfig,
): CheckedCheckpoint {
  const { required, optional } = family.expectedTensors(config);
  const isDerived = (name: string): boolean =>
    name.endsWith('.rotary_emb.inv_freq') || (family.isDerivedBuffer?.(name) ?? false);
  const faults: string[] = [];
  const found = new Map<string, string>();
  for (const stored of file.names()) {
    const name = family.weightName(stored);
    const shape = required.get(name) ?? optional.get(name);
    if (shape === undefined) {
      if (!isDerived(name)) faults.push(`extra: ${stored} ${describe(file, stored)}`);
    } else if (found.has(name)) {
      faults.push(`twice: ${stored} and ${found.get(name)} are the same weight`);
    } else {
      found.set(name, stored);
      const info = file.info(stored);
      if (info.shape.join() !== shape.join()) {
        faults.push(
          `misshapen: ${stored} is [${info.shape.join(', ')}], config.json asks for [${shape.join(', ')}]`,
        );
      } else if (info.dtype !== 'F32' && info.dtype !== 'F16' && info.dtype !== 'BF16') {
        faults.push(`wrong type: ${stored} is ${info.dtype}; F32, F16 or BF16 was expected`);
      }
    }
  }
  for (const name of required.keys()) {
    if (!found.has(name)) faults.push(`missing: ${name}`);
  }
  if (faults.length > 0) throw fault(file.path, faults);

  const hash = createHash('sha256');
  const storedNames = new Map<string, string>();
  for (const name of [...required.keys(), ...optional.keys()]) {
    const stored = found.get(name);
    if (stored === undefined || (name === lmHeadName(config) && config.tieWordEmbeddings)) continue;
    storedNames.set(name, stored);
    const tensor = file.read(stored);
    const at = firstNonFinite(tensor);
    if (at >= 0) faults.push(`not finite: ${stored} has NaN or infinity, first at element ${at}`);
    hash.update(`${name} ${tensor.dtype} ${tensor.shape.join()}\n`);
    hash.update(new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength));
  }
  if (faults.length > 0) throw fault(file.path, faults);
  return { storedNames, hash: hash.digest('hex') };
}

function describe(file: SafetensorsFile, name: string): string {
  const { dtype, shape } = file.info(name);
  return `${dtype} [${shape.join(', ')}]`;
}

const LISTED = 40;

function fault(path: string, faults: readonly string[]): CheckpointError {
  const shown = faults.slice(0, LISTED).map((line) => `\n  ${line}`);
  const rest = faults.length > LISTED ? `\n  … and ${faults.length - LISTED} more` : '';
  const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
  return new CheckpointError(
    `The checkpoint ${path} does not fit its config.json (${count}):${shown.join('')}${rest}`,
    {
      hint: 'Download the folder again, or correct config.json.',
      details: { faults: [...faults] },
    },
  );
}
