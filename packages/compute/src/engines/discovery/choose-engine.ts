import { EngineError } from '@sea-align/core';
import type { Engine } from '../engine.js';
import { hasCudaLibrary } from '../onnxruntime/cuda-library.js';
import { candidatesFor, nameOf, type Candidate, type EngineRequest } from './candidates.js';
import { gpuMayBePresent } from './gpu-present.js';
import { installCommandOf } from './install-command.js';
import { openCandidate, type EngineSettings } from './open-candidate.js';
import { reasonOf, tryEngine, type Trial } from './trial.js';
import { tryProvider } from './trial-in-child.js';

/** What choosing needs from the machine; replaced in tests. */
export interface Machine {
  gpuMayBePresent(): boolean;
  /** Lets a candidate compute, out of this process if it could take it down. */
  tryCandidate(candidate: Candidate, settings: EngineSettings): Promise<Trial>;
  open(candidate: Candidate, settings: EngineSettings): Promise<Engine>;
}

export const thisMachine: Machine = {
  gpuMayBePresent: () => gpuMayBePresent(),
  async tryCandidate(candidate, settings) {
    if (candidate.backend !== 'onnxruntime-node' || candidate.device === 'cpu') {
      return tryEngine(() => openCandidate(candidate, settings));
    }
    return candidate.device === 'cuda' && !hasCudaLibrary()
      ? { computes: false, reason: 'onnxruntime-node is installed without its CUDA libraries' }
      : tryProvider(candidate.device);
  },
  open: openCandidate,
};

export interface EngineChoice {
  readonly engine: Engine;
  /** Why this one, and why none of those before it. */
  readonly reason: string;
}

/**
 * Whether to take a GPU that nobody asked for by name: it must compute, be no software renderer, and no slower than the native
 * CPU. Undefined if so, else the reason against it.
 */
async function objection(
  candidate: Candidate,
  settings: EngineSettings,
  machine: Machine,
): Promise<string | undefined> {
  if (!machine.gpuMayBePresent()) return 'this machine has no GPU device';
  const trial = await machine.tryCandidate(candidate, settings);
  if (!trial.computes) return trial.reason;
  if (trial.software !== undefined) return `${trial.software} computes in place of a GPU`;
  const [cpu] = candidatesFor({ backend: 'onnxruntime-node', device: 'cpu' });
  const compared = await machine.tryCandidate(cpu, settings);
  if (!compared.computes || trial.milliseconds <= compared.milliseconds) return undefined;
  const figure = (value: number) => `${value.toFixed(1)} ms`;
  return `it computes, but slower than the CPU (${figure(trial.milliseconds)} against ${figure(compared.milliseconds)})`;
}

/**
 * Opens the best engine that fits a request: a GPU that really computes, else native CPU, else WebAssembly, else plain
 * JavaScript.
 *
 * @throws EngineError listing why each candidate was not taken, with install commands
 */
export async function chooseEngine(
  request: EngineRequest,
  settings: EngineSettings,
  machine: Machine = thisMachine,
): Promise<EngineChoice> {
  const fitting = candidatesFor(request);
  const asked = [request.engine, request.backend, request.device]
    .filter((part) => part && part !== 'auto')
    .join(', ');
  if (fitting.length === 0) {
    throw new EngineError(`No engine is all of this at once: ${asked}.`, {
      hint: 'Leave out the backend or the device; `sea doctor` shows what goes together.',
    });
  }
  const passedOver: string[] = [];
  for (const candidate of fitting) {
    const pass = (reason: string) => passedOver.push(`${nameOf(candidate)}: ${reason}`);
    // A GPU is tried before it is taken, also when asked for: better one clear error now than one in the first step.
    if (candidate.kind === 'GPU') {
      const named = request.device !== undefined && request.device !== 'auto';
      const against = named
        ? await machine
            .tryCandidate(candidate, settings)
            .then((trial) => (trial.computes ? undefined : trial.reason))
        : await objection(candidate, settings, machine);
      if (against !== undefined) {
        pass(against);
        continue;
      }
    }
    try {
      const engine = await machine.open(candidate, settings);
      const rank = asked === '' ? 'the best found' : `the best found for ${asked}`;
      const before = passedOver.length > 0 ? `; not ${passedOver.join('; not ')}` : '';
      return { engine, reason: `${nameOf(candidate)} (${candidate.kind}) is ${rank}${before}` };
    } catch (error) {
      pass(reasonOf(error));
    }
  }
  const commands = [...new Set(fitting.map(installCommandOf))];
  throw new EngineError(
    `No engine to compute with${asked ? ` for ${asked}` : ''}.\n  ${passedOver.join('\n  ')}`,
    { code: 'SEA_ENGINE_MISSING', hint: `Install one: ${commands.join('  or  ')}` },
  );
}
