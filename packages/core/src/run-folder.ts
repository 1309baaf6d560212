import { readFile, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { z } from 'zod';

import { isTemporaryName, writeFileAtomic } from './atomic-file.js';
import { canonicalJson } from './canonical-json.js';
import { DiskError, errnoOf } from './errors/disk-error.js';
import { RunFolderError } from './errors/run-folder-error.js';
import { makeFolder } from './make-folder.js';
import { ensureInside } from './path-guard.js';
import { sha256 } from './sha256.js';

/** The file that says which run a folder belongs to. */
export const runFileName = 'run.json';

const runFileSchema = z.object({
  format: z.literal(1),
  configHash: z.string(),
  startedAt: z.string(),
  config: z.unknown(),
});

export interface RunFolderOptions {
  /** What decides the run's results, JSON-able and without secrets. Leave out what may change between resumes. */
  config: unknown;
  /** Go on with the run in the folder; its configuration must be the same. An empty folder starts a new run. */
  resume?: boolean;
  /** Delete the run in the folder and start anew. Never deletes a folder that holds no run. */
  force?: boolean;
}

/** A folder that one run owns. */
export interface RunFolder {
  /** Absolute path. */
  readonly path: string;
  /** Whether an earlier run is being continued. */
  readonly resumed: boolean;
  /** SHA-256 of the canonical JSON of the configuration. */
  readonly configHash: string;
  /** The absolute path of a file in the folder. Throws RunFolderError if it would lie outside. */
  file(...segments: string[]): string;
}

/**
 * Takes `dir` for a run, making it if missing. Throws RunFolderError if it belongs to another run (unless `resume`
 * with the same configuration, or `force`) or holds files that no run made; DiskError if it cannot be written.
 */
export async function openRunFolder(dir: string, options: RunFolderOptions): Promise<RunFolder> {
  const path = resolve(dir);
  const configHash = sha256(canonicalJson(options.config));
  const resumed = await takeOver(path, options);
  if (!resumed) {
    const run = { format: 1, configHash, startedAt: new Date().toISOString(), config: options.config };
    await writeFileAtomic(join(path, runFileName), `${JSON.stringify(run, null, 2)}\n`);
  }
  return { path, resumed, configHash, file: (...segments) => ensureInside(path, ...segments) };
}

export interface RunFolderCheck extends RunFolderOptions {
  /** `config` holds only what is known so far: of the run in the folder only these keys are compared. */
  partial?: boolean;
}

/**
 * Throws what `openRunFolder` would throw for `dir`, and changes nothing: for asking before work that takes long, or in a
 * dry run.
 */
export async function checkRunFolder(dir: string, options: RunFolderCheck): Promise<void> {
  const path = resolve(dir);
  await decide(path, await listFolder(path), options);
}

/** Whether the run that is in the folder goes on; else the folder is empty afterwards. */
async function takeOver(path: string, options: RunFolderOptions): Promise<boolean> {
  const names = await makeAndListFolder(path);
  const decision = await decide(path, names, options);
  if (decision === 'replace') await empty(path, names);
  return decision === 'continue';
}

/** What is to be done with a folder that holds `names`. Throws RunFolderError if it must be left alone. */
async function decide(
  path: string,
  names: string[],
  options: RunFolderCheck,
): Promise<'new' | 'continue' | 'replace'> {
  if (names.length === 0) return 'new';
  if (!names.includes(runFileName)) {
    throw new RunFolderError(
      `The folder ${path} holds files that no run has made (${names.slice(0, 3).join(', ')}).`,
      {
        code: 'SEA_RUN_FOLDER_FOREIGN',
        hint: 'Choose an empty or new folder with --out.',
      },
    );
  }
  if (options.resume === true) {
    const differing = await differingKeys(path, options);
    if (differing === undefined) return 'continue';
    if (options.force !== true) {
      const where = differing.length === 0 ? '' : ` It differs in: ${differing.join(', ')}.`;
      throw new RunFolderError(`The run in ${path} had another configuration.${where}`, {
        code: 'SEA_RUN_FOLDER_CONFIG',
        hint: 'Resume with the same configuration, choose another --out, or start anew with --force.',
        details: { differing },
      });
    }
  }
  if (options.force !== true) {
    throw new RunFolderError(`The folder ${path} belongs to another run.`, {
      code: 'SEA_RUN_FOLDER_TAKEN',
      hint: 'Continue it with --resume, replace it with --force, or choose another --out.',
    });
  }
  return 'replace';
}

/** Names in the folder, which is made if missing. */
async function makeAndListFolder(path: string): Promise<string[]> {
  try {
    await makeFolder(path);
  } catch (error) {
    throw errnoOf(error) === 'EEXIST' ? notAFolder(path, error) : DiskError.from(error, path);
  }
  return listFolder(path);
}

/** Names in a folder; none if there is no such folder. */
async function listFolder(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).filter((name) => !isTemporaryName(name));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw errnoOf(error) === 'ENOTDIR' ? notAFolder(path, error) : DiskError.from(error, path);
  }
}

function notAFolder(path: string, cause: unknown): RunFolderError {
  return new RunFolderError(`${path} is a file, a folder is wanted.`, {
    hint: 'Choose another --out.',
    cause,
  });
}

/** The run's own file goes last: killed half-way, the folder is still known as a run's. */
async function empty(path: string, names: string[]): Promise<void> {
  try {
    for (const name of [...names.filter((each) => each !== runFileName), runFileName]) {
      await rm(join(path, name), { recursive: true, force: true });
    }
  } catch (error) {
    throw DiskError.from(error, path);
  }
}

/** undefined if the configuration is the same; else the paths of what differs. */
async function differingKeys(
  path: string,
  { config, partial = false }: RunFolderCheck,
): Promise<string[] | undefined> {
  const file = join(path, runFileName);
  let run: z.infer<typeof runFileSchema>;
  try {
    run = runFileSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new RunFolderError(`${file} cannot be read as the description of a run.`, {
      code: 'SEA_RUN_FOLDER_BROKEN',
      hint: 'Start anew with --force or choose another --out.',
      cause: error,
    });
  }
  if (!partial && run.configHash === sha256(canonicalJson(config))) return undefined;
  const after: unknown = JSON.parse(canonicalJson(config));
  const before = partial ? onlyKeysOf(after, run.config) : run.config;
  const differing = differences(before, after, '');
  return partial && differing.length === 0 ? undefined : differing;
}

/** What `whole` says of the outermost keys of `part`. */
function onlyKeysOf(part: unknown, whole: unknown): unknown {
  if (!isObject(part) || !isObject(whole)) return whole;
  return Object.fromEntries(Object.keys(part).map((key) => [key, whole[key]]));
}

function differences(before: unknown, after: unknown, path: string): string[] {
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) => differences(before[key], after[key], path === '' ? key : `${path}.${key}`));
  }
  return canonicalJson([before]) === canonicalJson([after]) ? [] : [path];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
