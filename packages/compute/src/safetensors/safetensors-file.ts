import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { HostTensor } from '../graph/dtype.js';
import { checkpointFault } from './checkpoint-fault.js';
import { toFloat32 } from './convert.js';
import { elementTypes } from './dtypes.js';
import { headerLength, parseHeader, type TensorInfo } from './header.js';
import { locateShards, readShardIndex } from './shard-index.js';

const DAMAGED = 'The file is damaged or was cut off: download or write it again.';

/** One read call takes at most 2 GiB on some systems. */
const MAX_READ_BYTES = 1 << 30;

function openForReading(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw checkpointFault({
      file: path,
      problem: `cannot be opened (${(cause as NodeJS.ErrnoException).code})`,
      hint: 'Check the path and its permissions.',
      cause,
    });
  }
}

function readRange(handle: number, offset: number, byteLength: number, file: string): ArrayBuffer {
  const bytes = new Uint8Array(byteLength);
  for (let done = 0; done < byteLength;) {
    const count = readSync(handle, bytes, done, Math.min(byteLength - done, MAX_READ_BYTES), offset + done);
    if (count === 0) {
      throw checkpointFault({
        file,
        problem: `ended at byte ${offset + done} while being read`,
        hint: DAMAGED,
      });
    }
    done += count;
  }
  return bytes.buffer;
}

interface OpenShard {
  readonly handle: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
}

function openShard(file: string): OpenShard {
  const handle = openForReading(file);
  try {
    const stat = fstatSync(handle);
    if (!stat.isFile()) {
      throw checkpointFault({
        file,
        problem: 'is not a file',
        hint: 'Give a .safetensors file or a checkpoint folder.',
      });
    }
    const prefix = new Uint8Array(readRange(handle, 0, Math.min(8, stat.size), file));
    const length = headerLength(prefix, stat.size, file);
    const header = parseHeader(new Uint8Array(readRange(handle, 8, length, file)), stat.size, file);
    return { handle, ...header };
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}

/** An open safetensors checkpoint: one file, or the shards of an index. Tensors are read one at a time, on demand. */
export class SafetensorsFile {
  private handles: Map<string, number>;

  private constructor(
    /** What was opened: a file, or the folder of a checkpoint. */
    readonly path: string,
    /** Text entries of the header (`__metadata__`), those of all shards together. */
    readonly metadata: Readonly<Record<string, string>>,
    private readonly tensors: ReadonlyMap<string, TensorInfo>,
    handles: Map<string, number>,
  ) {
    this.handles = handles;
  }

  /** Opens and checks `path`, a file or a checkpoint folder; used through `openSafetensors`. */
  static open(path: string): SafetensorsFile {
    const location = locateShards(path);
    if (location.index === undefined) {
      const shard = openShard(location.file);
      return new SafetensorsFile(
        path,
        shard.metadata,
        shard.tensors,
        new Map([[location.file, shard.handle]]),
      );
    }
    const { shardOf, files } = readShardIndex(location.index);
    const shards = new Map<string, OpenShard>();
    try {
      for (const file of files) shards.set(file, openShard(file));
      const tensors = new Map<string, TensorInfo>();
      for (const [tensor, file] of shardOf) {
        const info = shards.get(file)?.tensors.get(tensor);
        if (info === undefined) {
          throw checkpointFault({
            file: location.index,
            tensor,
            problem: `is said to be in ${file}, which does not hold it`,
            hint: 'Index and shards are of different checkpoints: download the folder again.',
          });
        }
        tensors.set(tensor, info);
      }
      const metadata = Object.assign({}, ...[...shards.values()].map((shard) => shard.metadata));
      const handles = new Map([...shards].map(([file, { handle }]) => [file, handle]));
      return new SafetensorsFile(path, metadata, tensors, handles);
    } catch (error) {
      for (const { handle } of shards.values()) closeSync(handle);
      throw error;
    }
  }

  /** Names of all tensors, sorted. */
  names(): string[] {
    return [...this.tensors.keys()].sort();
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  /** Element type, shape and place of a tensor, from the header. @throws CheckpointError if there is no such tensor */
  info(name: string): TensorInfo {
    const info = this.tensors.get(name);
    if (info === undefined) {
      throw checkpointFault({
        file: this.path,
        tensor: name,
        problem: `is missing (the checkpoint holds ${this.tensors.size} tensors)`,
        hint: 'Check that the checkpoint belongs to the architecture its config.json names.',
      });
    }
    return info;
  }

  /** A tensor as it is stored: float16 and bfloat16 as bit patterns. Reads just its bytes. */
  read(name: string): HostTensor {
    const { dtype, shape, byteLength, file, offset } = this.info(name);
    const handle = this.handles.get(file);
    if (handle === undefined) {
      throw checkpointFault({
        file,
        tensor: name,
        problem: 'was read after the file had been closed',
        hint: 'Read before close(), or open the file again.',
      });
    }
    const type = elementTypes[dtype];
    const data = type.view(readRange(handle, offset, byteLength, file), 0, byteLength / type.bytes);
    return { data, shape, dtype: type.dtype };
  }

  /** A floating point tensor converted to float32 (exact). @throws CheckpointError for integer tensors */
  readFloat32(name: string): Float32Array {
    const { dtype, file } = this.info(name);
    const values = toFloat32(this.read(name));
    if (values === undefined) {
      throw checkpointFault({
        file,
        tensor: name,
        problem: `has the integer type ${dtype}; a floating point type (F32, F16, BF16) was expected`,
        hint: 'Quantised checkpoints are not supported: use the original weights.',
      });
    }
    return values;
  }

  /** Closes the file handles; what was read stays valid. Closing twice is harmless. */
  close(): void {
    const handles = this.handles;
    this.handles = new Map();
    for (const handle of handles.values()) closeSync(handle);
  }
}

/**
 * Opens a safetensors checkpoint: a file, an index (`*.safetensors.index.json`), or a folder with `model.safetensors` or
 * `model.safetensors.index.json`. Reads the headers only, checks them fully, and holds one file handle per shard until
 * `close()`.
 *
 * @throws CheckpointError naming file and tensor
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  return SafetensorsFile.open(path);
}
