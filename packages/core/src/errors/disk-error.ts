import { hasMarker, markError, SeaError, type SeaErrorOptions } from './sea-error.js';

const marker = Symbol.for('sea-align.error.DiskError');

const causes: Record<string, { what: string; hint: string }> = {
  ENOSPC: {
    what: 'the disk is full',
    hint: 'Free some space, then run the same command again with --resume.',
  },
  EDQUOT: {
    what: 'the disk quota is used up',
    hint: 'Free some space, then run the same command again with --resume.',
  },
  EFBIG: {
    what: 'the file would be larger than allowed here',
    hint: 'Raise the limit on file sizes or write elsewhere.',
  },
  EROFS: { what: 'the file system is read-only', hint: 'Choose an output folder that can be written.' },
  EACCES: { what: 'permission denied', hint: 'Choose an output folder that you may write.' },
  EPERM: { what: 'operation not permitted', hint: 'Choose an output folder that you may write.' },
  EIO: {
    what: 'the disk reported an input/output error',
    hint: 'Check the disk, then run again with --resume.',
  },
  EMFILE: { what: 'too many files are open', hint: 'Raise the limit on open files (ulimit -n).' },
  ENOTDIR: { what: 'a part of the path is a file, not a folder', hint: 'Choose another output folder.' },
  EEXIST: { what: 'a file stands where a folder is wanted', hint: 'Choose another output folder.' },
  EISDIR: { what: 'there is a folder of that name', hint: 'Choose another output path.' },
};

/** A file that could not be written: disk full, no permission, and the like. `errno` is the system's code. */
export class DiskError extends SeaError {
  readonly path?: string;
  readonly errno?: string;

  constructor(message: string, options: SeaErrorOptions & { path?: string; errno?: string } = {}) {
    const { path, errno, ...rest } = options;
    super(message, {
      ...rest,
      code: rest.code ?? (errno === 'ENOSPC' || errno === 'EDQUOT' ? 'SEA_DISK_FULL' : 'SEA_DISK'),
      exitCode: 1,
    });
    this.name = 'DiskError';
    this.path = path;
    this.errno = errno;
    markError(this, marker);
  }

  /** The error to throw when writing `path` failed: a DiskError for a known system code, else `error` as it is. */
  static from(error: unknown, path: string): unknown {
    const errno = errnoOf(error);
    const cause = errno === undefined ? undefined : causes[errno];
    if (SeaError.isInstance(error) || cause === undefined) return error;
    return new DiskError(`Cannot write ${path}: ${cause.what} (${errno}).`, {
      path,
      errno,
      hint: cause.hint,
      cause: error,
    });
  }

  static override isInstance(error: unknown): error is DiskError {
    return hasMarker(error, marker);
  }
}

/** The system's code of a Node error (`ENOENT`), if it has one. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
