import { AtomicFile } from '@sea-align/core';
import type { DType, TypedArray } from '../graph/dtype.js';
import { checkpointFault } from './checkpoint-fault.js';
import { elementTypes, safetensorsDType, supportedDTypes, type SafetensorsDType } from './dtypes.js';

/** A tensor to write. `data` may be a function, called when its turn comes, so that only one tensor is in memory. */
export interface WritableTensor {
  readonly dtype: SafetensorsDType | DType;
  readonly shape: readonly number[];
  readonly data: TypedArray | (() => TypedArray | Promise<TypedArray>);
}

interface Entry extends WritableTensor {
  readonly name: string;
  readonly type: SafetensorsDType;
  readonly byteLength: number;
}

const FIX = 'This is a fault of the program that writes the file.';

/** Wider element types first, then by name: every tensor is aligned to its element, and equal content gives equal bytes. */
function layOut(tensors: Iterable<readonly [string, WritableTensor]>, file: string): Entry[] {
  const entries = [...tensors].map(([name, tensor]): Entry => {
    const type = safetensorsDType(tensor.dtype);
    if (type === undefined) {
      throw checkpointFault({
        file,
        tensor: name,
        problem: `has the element type ${tensor.dtype}, which cannot be written`,
        hint: `Convert it to one of ${supportedDTypes.join(', ')}.`,
      });
    }
    if (name === '__metadata__') {
      throw checkpointFault({
        file,
        tensor: name,
        problem: 'has the name that the format keeps for itself',
        hint: FIX,
      });
    }
    const byteLength = tensor.shape.reduce((product, size) => product * size, elementTypes[type].bytes);
    return { ...tensor, name, type, byteLength };
  });
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  entries.sort(
    (a, b) =>
      elementTypes[b.type].bytes - elementTypes[a.type].bytes ||
      compare(a.type, b.type) ||
      compare(a.name, b.name),
  );
  const names = new Set<string>();
  for (const { name } of entries) {
    if (names.has(name)) throw checkpointFault({ file, tensor: name, problem: 'is given twice', hint: FIX });
    names.add(name);
  }
  return entries;
}

function headerBytes(entries: readonly Entry[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const header = new Map<string, unknown>();
  const keys = Object.keys(metadata).sort();
  if (keys.length > 0)
    header.set('__metadata__', Object.fromEntries(keys.map((key) => [key, metadata[key]])));
  let offset = 0;
  for (const { name, type, shape, byteLength } of entries) {
    header.set(name, { dtype: type, shape, data_offsets: [offset, offset + byteLength] });
    offset += byteLength;
  }
  // Written out by hand, as an object would move names that look like numbers to the front.
  const json = `{${[...header].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
  const text = new TextEncoder().encode(json);
  // Spaces after the JSON bring the data section to a multiple of eight bytes, as the reference implementation does.
  const padded = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20);
  new DataView(padded.buffer).setBigUint64(0, BigInt(padded.length - 8), true);
  padded.set(text, 8);
  return padded;
}

async function bytesOf({ name, type, shape, data, byteLength }: Entry, file: string): Promise<Uint8Array> {
  const array = typeof data === 'function' ? await data() : data;
  if (!elementTypes[type].holds(array) || array.byteLength !== byteLength) {
    throw checkpointFault({
      file,
      tensor: name,
      problem: `${type} of shape [${shape.join(', ')}] takes ${byteLength} bytes, but its data is a ${array.constructor.name} of ${array.byteLength} bytes`,
      hint: FIX,
    });
  }
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/**
 * Writes a safetensors file, one tensor after the other, into a temporary file beside it that takes its name at the end:
 * a reader sees the old file or the new one, never half. Equal tensors and metadata give equal bytes.
 *
 * @param tensors element types by either name ('F16' or 'float16'); float16 and bfloat16 as bit patterns
 * @throws CheckpointError for a tensor that does not fit its dtype and shape; DiskError when the disk is full
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<readonly [string, WritableTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const entries = layOut(tensors, path);
  const file = await AtomicFile.open(path);
  try {
    await file.write(headerBytes(entries, metadata));
    for (const entry of entries) await file.write(await bytesOf(entry, path));
    await file.commit();
  } finally {
    await file.discard();
  }
}
