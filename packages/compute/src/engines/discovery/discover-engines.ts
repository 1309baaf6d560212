import { loadOrtLibrary } from '../onnxruntime/ort-library.js';
import { loadTfjs } from '../tensorflow/load-tfjs.js';
import { candidates, type BackendName, type Candidate, type DeviceName } from './candidates.js';
import { thisMachine, type Machine } from './choose-engine.js';
import { installCommandOf } from './install-command.js';
import { reasonOf, type Trial } from './trial.js';

/** What came of one device of a backend. */
export interface DeviceFinding {
  readonly device: DeviceName;
  readonly computes: boolean;
  /** `auto` leaves it aside. */
  readonly onRequest: boolean;
  /** Best time of a 512 x 512 x 512 product, where it computes. */
  readonly milliseconds?: number;
  /** What computes in place of a GPU, if something does. */
  readonly software?: string;
  /** Why it does not compute. */
  readonly reason?: string;
}

/** One backend, as found on this machine. */
export interface EngineFinding {
  readonly engine: Candidate['engine'];
  readonly backend: BackendName;
  /** Its package can be loaded. */
  readonly found: boolean;
  readonly version?: string;
  /** Devices on which it computed a product correctly, best first. */
  readonly devices: readonly DeviceName[];
  readonly usable: boolean;
  /** One line: what it does, or why it does nothing. */
  readonly reason: string;
  readonly installCommand: string;
  /** Every device tried. */
  readonly trials: readonly DeviceFinding[];
}

/** What a backend's package says of itself once it is loaded. */
export interface PackageFacts {
  readonly version?: string;
  /** Devices this build was made for; undefined if it does not say. */
  readonly devices?: readonly string[];
}

/** Loads the package of a backend. @throws EngineError if it is missing or does not load */
export type LoadPackage = (backend: BackendName) => Promise<PackageFacts>;

async function loadPackage(backend: BackendName): Promise<PackageFacts> {
  if (backend !== 'onnxruntime-node' && backend !== 'onnxruntime-web') {
    return { version: (await loadTfjs(backend)).version };
  }
  const { versions } = (await loadOrtLibrary(backend)).env;
  if (backend === 'onnxruntime-web') return { version: versions.web ?? versions.common };
  const { listSupportedBackends } = await import('onnxruntime-node');
  return {
    version: versions.node ?? versions.common,
    devices: listSupportedBackends().map(({ name }) => name),
  };
}

function described({ device, computes, onRequest, milliseconds, software, reason }: DeviceFinding): string {
  if (!computes) return `not ${device}: ${reason}`;
  const notes = [
    `${milliseconds?.toFixed(1)} ms per 512³ product`,
    ...(software === undefined ? [] : [`no GPU but ${software}`]),
    ...(onRequest ? ['only used when asked for'] : []),
  ];
  return `${device} computes (${notes.join('; ')})`;
}

async function examine(backend: BackendName, machine: Machine, load: LoadPackage): Promise<EngineFinding> {
  const own = candidates.filter((candidate) => candidate.backend === backend);
  const common = { engine: own[0].engine, backend, installCommand: installCommandOf({ backend }) };
  let facts: PackageFacts;
  try {
    facts = await load(backend);
  } catch (error) {
    return { ...common, found: false, devices: [], usable: false, reason: reasonOf(error), trials: [] };
  }
  const { version, devices: builtFor } = facts;
  const trials: DeviceFinding[] = [];
  for (const candidate of own.filter(({ device }) => builtFor?.includes(device) ?? true)) {
    const trial = await machine.tryCandidate(candidate, { threads: 2 }).catch((error: unknown): Trial => ({
      computes: false,
      reason: reasonOf(error),
    }));
    trials.push({ device: candidate.device, onRequest: candidate.onRequest ?? false, ...trial });
  }
  const devices = trials.filter(({ computes }) => computes).map(({ device }) => device);
  const reason = trials.map(described).join('; ');
  return { ...common, found: true, version, devices, usable: devices.length > 0, reason, trials };
}

/**
 * Looks for every backend and lets each of its devices compute a small product; an import that works proves nothing. GPU
 * devices of onnxruntime-node are tried in a process of their own. Never throws.
 *
 * @returns one finding per backend, in the order of `auto`
 */
export function discoverEngines(): Promise<EngineFinding[]> {
  return findEngines(thisMachine, loadPackage);
}

/** `discoverEngines` on any machine, with any packages. */
export async function findEngines(machine: Machine, load: LoadPackage): Promise<EngineFinding[]> {
  const findings: EngineFinding[] = [];
  // One after the other, so that the times mean something.
  for (const backend of new Set(candidates.map((candidate) => candidate.backend))) {
    findings.push(await examine(backend, machine, load));
  }
  return findings;
}
