import { openSafetensors, type Engine, type HostTensor } from '@sea-align/compute';
import { SeaError } from '@sea-align/core';
import { join } from 'node:path';
import { UNSUPPORTED_ARCHITECTURE } from '../config/read-config.js';
import { builtInFamilies } from '../family/built-in-families.js';
import { openCheckpoint, type OpenCheckpoint } from '../weights/open-checkpoint.js';
import { compareOutputs, type TensorComparison } from './compare-outputs.js';
import { findGoldenCases, type GoldenCase } from './golden-case.js';
import { runReferenceForward } from './reference-forward.js';

export interface CaseReport {
  case: string;
  passed: boolean;
  tensors: TensorComparison[];
}

export interface GoldenReport {
  cases: CaseReport[];
  /** Checkpoint folders of families that are not supported, and what they are. */
  unsupported: { folder: string; architecture: string }[];
  /** Checkpoint folders and cases that could not be computed, and why; the others were compared. */
  unusable: { folder: string; message: string }[];
  passed: boolean;
  /** 0 all within tolerance; 1 something is not; 2 no case found, or some could not be compared. */
  exitCode: 0 | 1 | 2;
}

/** Compares every golden case under `root` with what `engine` computes; `onCase` is told of each as it is done. */
export async function verifyGolden(
  root: string,
  engine: Engine,
  onCase: (report: CaseReport) => void = () => {},
): Promise<GoldenReport> {
  const cases: CaseReport[] = [];
  const unsupported: GoldenReport['unsupported'] = [];
  const unusable: GoldenReport['unusable'] = [];
  for (const [folder, found] of findGoldenCases(root)) {
    if (found.length === 0) continue;
    let checkpoint: OpenCheckpoint;
    try {
      checkpoint = await openCheckpoint(folder, builtInFamilies);
    } catch (error) {
      if (!SeaError.isInstance(error)) throw error;
      if (error.code === UNSUPPORTED_ARCHITECTURE) {
        unsupported.push({ folder, architecture: String(error.details?.['architecture']) });
      } else {
        unusable.push({ folder, message: error.message });
      }
      continue;
    }
    try {
      for (const golden of found) {
        try {
          const report = await verifyCase(golden, engine, checkpoint);
          cases.push(report);
          onCase(report);
        } catch (error) {
          if (!SeaError.isInstance(error)) throw error;
          unusable.push({ folder: golden.folder, message: error.message });
        }
      }
    } finally {
      checkpoint.close();
    }
  }
  const passed = cases.every((report) => report.passed);
  const complete = cases.length > 0 && unsupported.length === 0 && unusable.length === 0;
  const exitCode = !passed ? 1 : complete ? 0 : 2;
  return { cases, unsupported, unusable, passed, exitCode };
}

async function verifyCase(
  golden: GoldenCase,
  engine: Engine,
  checkpoint: OpenCheckpoint,
): Promise<CaseReport> {
  const inputs = await readTensors(join(golden.folder, 'inputs.safetensors'));
  const reference = await readTensors(join(golden.folder, 'outputs.safetensors'));
  const tensors = compareOutputs(reference, await runReferenceForward(engine, checkpoint, inputs));
  return {
    case: golden.name,
    passed: tensors.length > 0 && tensors.every((tensor) => tensor.passed),
    tensors,
  };
}

async function readTensors(path: string): Promise<Map<string, HostTensor>> {
  const file = await openSafetensors(path);
  try {
    return new Map(file.names().map((name) => [name, file.read(name)]));
  } finally {
    file.close();
  }
}
