import { openSafetensors, type Engine, type HostTensor } from '@sea-align/compute';
import { join } from 'node:path';
import { readJsonFile, unsupportedArchitecture } from '../config/read-config.js';
import { openCheckpoint } from '../weights/open-checkpoint.js';
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
  passed: boolean;
  /** 0 all within tolerance; 1 something is not; 2 no case found, or an unsupported family. */
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
  for (const [folder, found] of findGoldenCases(root)) {
    if (found.length === 0) continue;
    const architecture = unsupportedArchitecture(await readJsonFile(join(folder, 'config.json')));
    if (architecture !== undefined) {
      unsupported.push({ folder, architecture });
      continue;
    }
    const checkpoint = await openCheckpoint(folder);
    try {
      for (const golden of found) {
        const report = await verifyCase(golden, engine, checkpoint);
        cases.push(report);
        onCase(report);
      }
    } finally {
      checkpoint.close();
    }
  }
  const passed = cases.every((report) => report.passed);
  const exitCode = !passed ? 1 : cases.length === 0 || unsupported.length > 0 ? 2 : 0;
  return { cases, unsupported, passed, exitCode };
}

async function verifyCase(
  golden: GoldenCase,
  engine: Engine,
  { config, weights }: Awaited<ReturnType<typeof openCheckpoint>>,
): Promise<CaseReport> {
  const inputs = await readTensors(join(golden.folder, 'inputs.safetensors'));
  const reference = await readTensors(join(golden.folder, 'outputs.safetensors'));
  const tensors = compareOutputs(reference, await runReferenceForward(engine, config, weights, inputs));
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
