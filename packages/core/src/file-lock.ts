import { unlinkSync } from 'node:fs';
import { open, readFile, rm, stat } from 'node:fs/promises';
import { hostname, uptime } from 'node:os';
import { basename, resolve } from 'node:path';

import { z } from 'zod';

import { DiskError, errnoOf } from './errors/disk-error.js';
import { RunFolderError } from './errors/run-folder-error.js';

const holderSchema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  /** Milliseconds since 1970. */
  since: z.number(),
});
type Holder = z.infer<typeof holderSchema>;

/** Locks of this process. */
const held = new Set<string>();
process.on('exit', () => {
  for (const path of held) {
    try {
      unlinkSync(path);
    } catch {
      // The next process finds that this one has ended.
    }
  }
});

/** A lock file is empty for a moment after it was made. */
const emptyForMs = 2000;
/** Clocks are set now and then; processes do not outlive a restart by less. */
const clockToleranceMs = 60_000;

/**
 * Keeps a second process from writing a file that is meant for one writer: `<file>.lock` beside it says who writes. A process
 * that was killed leaves it behind; on its own machine it is then known to have ended, and the next one takes over.
 */
export class FileLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Throws RunFolderError (`SEA_FILE_BUSY`) where another process, or this one, writes `file`; DiskError. */
  static async acquire(file: string): Promise<FileLock> {
    const path = `${resolve(file)}.lock`;
    for (;;) {
      try {
        const handle = await open(path, 'wx');
        held.add(path);
        try {
          const holder: Holder = { pid: process.pid, host: hostname(), since: Date.now() };
          await handle.writeFile(`${JSON.stringify(holder)}\n`);
        } finally {
          await handle.close();
        }
        return new FileLock(path);
      } catch (error) {
        if (errnoOf(error) !== 'EEXIST') {
          if (held.delete(path)) await rm(path, { force: true }).catch(() => undefined);
          throw DiskError.from(error, file);
        }
      }
      const holder = await readHolder(path);
      if (holder !== 'ended') throw busy(file, path, holder);
      await rm(path, { force: true });
    }
  }

  async release(): Promise<void> {
    if (held.delete(this.#path)) await rm(this.#path, { force: true });
  }
}

/** Who holds a lock; undefined: not known. */
async function readHolder(path: string): Promise<Holder | 'ended' | undefined> {
  let text: string;
  let ageMs: number;
  try {
    text = await readFile(path, 'utf8');
    ageMs = Date.now() - (await stat(path)).mtimeMs;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 'ended';
    throw DiskError.from(error, path);
  }
  const holder = holderSchema.safeParse(jsonOf(text)).data;
  if (holder === undefined) return ageMs > emptyForMs ? 'ended' : undefined;
  return isAlive(holder, path) ? holder : 'ended';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of another machine's processes nothing is known: they are taken to be alive. */
function isAlive({ pid, host, since }: Holder, path: string): boolean {
  if (host !== hostname()) return true;
  const startedAt = Date.now() - uptime() * 1000;
  if (since < startedAt - clockToleranceMs) return false;
  // A container gives its first process the same number each time.
  if (pid === process.pid) return held.has(path);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== 'ESRCH';
  }
}

function busy(file: string, path: string, holder: Holder | undefined): RunFolderError {
  const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`;
  return new RunFolderError(`${file} is being written by ${who}.`, {
    code: 'SEA_FILE_BUSY',
    hint: `Wait until that has ended, or stop it. If nothing runs there any more, delete ${basename(path)} beside it.`,
  });
}
