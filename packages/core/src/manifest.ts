import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';

import { z } from 'zod';

import { writeFileAtomic } from './atomic-file.js';
import { listIssues } from './config-check.js';
import { DatasetError } from './errors/dataset-error.js';
import { errnoOf } from './errors/disk-error.js';
import { RunFolderError } from './errors/run-folder-error.js';
import { sha256File } from './sha256.js';

const stageSchema = z.strictObject({
  name: z.string(),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  /** Working time, summed over resumes. */
  seconds: z.number(),
  /** How often the stage was started. */
  runs: z.int(),
});

const manifestSchema = z.strictObject({
  format: z.literal(1),
  config: z.unknown(),
  seeds: z.record(z.string(), z.union([z.number(), z.string()])),
  versions: z.record(z.string(), z.string()),
  machine: z.strictObject({ platform: z.string(), arch: z.string(), cpu: z.string(), cores: z.int() }),
  engine: z.string().optional(),
  model: z.strictObject({ folder: z.string(), sha256: z.string() }).optional(),
  inputs: z.array(z.strictObject({ path: z.string(), sha256: z.string() })),
  stages: z.array(stageSchema),
});

/** What `manifest.json` holds. */
export type RunManifestData = z.infer<typeof manifestSchema>;

/** What a run knows of itself at its start. No secrets: all of it is written to disk. */
export interface RunManifestInit {
  config: unknown;
  seeds?: Record<string, number | string>;
  /** Versions of the packages used; Node's is added. */
  versions?: Record<string, string>;
  engine?: string;
  model?: { folder: string; sha256: string };
}

/** The record of a run: what it was made from, by what, and how long each stage took. Kept as `manifest.json`. */
export class RunManifest {
  readonly path: string;
  readonly data: RunManifestData;
  readonly #running = new Map<string, { since: number; before: number }>();
  readonly #now: () => number;

  constructor(path: string, init: RunManifestInit, now: () => number = Date.now) {
    const processors = cpus();
    this.path = path;
    this.#now = now;
    this.data = {
      format: 1,
      config: init.config,
      seeds: { ...init.seeds },
      versions: { node: process.versions.node, ...init.versions },
      machine: {
        platform: process.platform,
        arch: process.arch,
        cpu: processors[0]?.model.trim() ?? 'unknown',
        cores: processors.length,
      },
      engine: init.engine,
      model: init.model,
      inputs: [],
      stages: [],
    };
  }

  /**
   * The manifest at `path` if there is one (a resumed run: inputs and stage times are kept, the rest is renewed), else
   * a new one. Throws RunFolderError if the file is broken.
   */
  static async open(path: string, init: RunManifestInit, now?: () => number): Promise<RunManifest> {
    const manifest = new RunManifest(path, init, now);
    const earlier = await readManifest(path);
    if (earlier !== undefined) {
      manifest.data.inputs.push(...earlier.inputs);
      manifest.data.stages.push(...earlier.stages);
    }
    return manifest;
  }

  set engine(description: string) {
    this.data.engine = description;
  }

  set model(model: { folder: string; sha256: string }) {
    this.data.model = model;
  }

  /** Notes an input file and its SHA-256. Throws DatasetError if it cannot be read. */
  async addInput(path: string): Promise<void> {
    let hash: string;
    try {
      hash = await sha256File(path);
    } catch (error) {
      throw new DatasetError(`cannot be read (${errnoOf(error) ?? String(error)})`, {
        file: path,
        cause: error,
      });
    }
    const known = this.data.inputs.find((input) => input.path === path);
    if (known === undefined) this.data.inputs.push({ path, sha256: hash });
    else known.sha256 = hash;
  }

  /** A stage begins, or goes on after a resume. */
  start(name: string): void {
    let stage = this.data.stages.find((each) => each.name === name);
    if (stage === undefined) {
      stage = { name, startedAt: new Date(this.#now()).toISOString(), seconds: 0, runs: 0 };
      this.data.stages.push(stage);
    }
    stage.runs += 1;
    stage.endedAt = undefined;
    this.#running.set(name, { since: this.#now(), before: stage.seconds });
  }

  /** A stage is complete. */
  end(name: string): void {
    if (!this.#running.has(name)) throw new Error(`RunManifest.end: stage ${name} was not started`);
    this.#updateTimes();
    this.#running.delete(name);
    const stage = this.data.stages.find((each) => each.name === name);
    if (stage !== undefined) stage.endedAt = new Date(this.#now()).toISOString();
  }

  /** Writes the file atomically, with the time that running stages have taken so far. Throws DiskError. */
  async save(): Promise<void> {
    this.#updateTimes();
    await writeFileAtomic(this.path, `${JSON.stringify(this.data, null, 2)}\n`);
  }

  #updateTimes(): void {
    for (const stage of this.data.stages) {
      const running = this.#running.get(stage.name);
      if (running !== undefined) stage.seconds = running.before + (this.#now() - running.since) / 1000;
    }
  }
}

/** Reads a manifest; undefined if there is none. Throws RunFolderError if the file is broken. */
export async function readManifest(path: string): Promise<RunManifestData | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw broken(path, 'not valid JSON', error);
  }
  const result = manifestSchema.safeParse(value);
  if (result.success) return result.data;
  const [first] = listIssues(result.error);
  throw broken(path, `${first.path}: ${first.message}`, result.error);
}

function broken(path: string, fault: string, cause: unknown): RunFolderError {
  return new RunFolderError(`The manifest ${path} is broken (${fault}).`, {
    code: 'SEA_MANIFEST',
    hint: 'Delete it or start the run anew with --force.',
    cause,
  });
}
