import { checkpointFault } from './checkpoint-fault.js';
import { elementTypes, supportedDTypes, type SafetensorsDType } from './dtypes.js';
import { findDuplicateKey } from './duplicate-keys.js';

/** The format's own limit on the JSON header, in bytes. */
export const MAX_HEADER_BYTES = 100_000_000;

/** Where one tensor lies. `offset` counts from the start of `file`, in bytes. */
export interface TensorInfo {
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  readonly byteLength: number;
  readonly file: string;
  readonly offset: number;
}

export interface Header {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
}

const DAMAGED = 'The file is damaged or was cut off: download or write it again.';

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Checks the length field that opens the file. `fileBytes` is the size of the whole file. */
export function headerLength(prefix: Uint8Array, fileBytes: number, file: string): number {
  if (fileBytes < 8) {
    throw checkpointFault({
      file,
      problem: `is ${fileBytes} bytes long, too short for a safetensors file`,
      hint: DAMAGED,
    });
  }
  const length = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw checkpointFault({
      file,
      problem: `says that its header is ${length} bytes long; the limit is ${MAX_HEADER_BYTES}`,
      hint: 'This is probably no safetensors file. A pickled PyTorch file (.bin, .pt) must be converted first, with save_pretrained(..., safe_serialization=True).',
    });
  }
  if (8 + Number(length) > fileBytes) {
    throw checkpointFault({
      file,
      problem: `says that its header is ${length} bytes long, but the file has only ${fileBytes} bytes`,
      hint: DAMAGED,
    });
  }
  return Number(length);
}

function parseJson(bytes: Uint8Array, file: string): Record<string, unknown> {
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw checkpointFault({ file, problem: 'its header is not UTF-8 text', hint: DAMAGED, cause });
  }
  if (!text.startsWith('{')) {
    throw checkpointFault({ file, problem: "its header does not begin with '{'", hint: DAMAGED });
  }
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw checkpointFault({
      file,
      problem: `its header is not JSON (${(cause as Error).message})`,
      hint: DAMAGED,
      cause,
    });
  }
  const duplicate = findDuplicateKey(text);
  if (duplicate) {
    throw checkpointFault({
      file,
      tensor: duplicate[0] === '__metadata__' ? undefined : duplicate[0],
      problem: `its header holds the key ${duplicate.map((key) => `'${key}'`).join(' > ')} twice`,
      hint: 'Readers would disagree about which one counts. Write the file again with one entry per tensor.',
    });
  }
  if (!isRecord(json))
    throw checkpointFault({ file, problem: 'its header is not a JSON object', hint: DAMAGED });
  return json;
}

function readMetadata(value: unknown, file: string): Record<string, string> {
  if (value === undefined) return {};
  if (!isRecord(value) || Object.values(value).some((entry) => typeof entry !== 'string')) {
    throw checkpointFault({
      file,
      problem: 'its __metadata__ is not an object of strings',
      hint: 'The format allows only text there: write the file again.',
    });
  }
  return value as Record<string, string>;
}

function readTensor(tensor: string, value: unknown, dataStart: number, file: string): TensorInfo {
  const fail = (problem: string, hint = DAMAGED) => checkpointFault({ file, tensor, problem, hint });
  if (!isRecord(value)) throw fail('its header entry is not an object');
  const { dtype, shape, data_offsets: offsets } = value;
  const known = supportedDTypes.find((name) => name === dtype);
  if (known === undefined) {
    throw fail(
      `has the element type ${JSON.stringify(dtype)}; supported are ${supportedDTypes.join(', ')}`,
      'Convert the checkpoint to one of these (for instance with model.half() or model.float(), then save_pretrained).',
    );
  }
  if (!Array.isArray(shape) || !shape.every(isIndex)) {
    throw fail(`has the shape ${JSON.stringify(shape)}; expected a list of whole numbers`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isIndex)) {
    throw fail(`has the data_offsets ${JSON.stringify(offsets)}; expected [begin, end] in bytes`);
  }
  const [begin, end] = offsets as [number, number];
  const byteLength = shape.reduce((product: number, size) => product * size, elementTypes[known].bytes);
  if (!Number.isSafeInteger(byteLength) || end - begin !== byteLength) {
    throw fail(
      `${known} of shape [${shape.join(', ')}] takes ${byteLength} bytes, but data_offsets [${begin}, ${end}] give it ${end - begin}`,
    );
  }
  return { dtype: known, shape, byteLength, file, offset: dataStart + begin };
}

/** The format wants the data section covered exactly: no overlap, no gap, nothing beyond the end, nothing left over. */
function checkCoverage(
  tensors: ReadonlyMap<string, TensorInfo>,
  dataStart: number,
  fileBytes: number,
  file: string,
) {
  const inOrder = [...tensors].sort(([, a], [, b]) => a.offset - b.offset || a.byteLength - b.byteLength);
  let covered = dataStart;
  let previous = '';
  for (const [tensor, { offset, byteLength }] of inOrder) {
    const fail = (problem: string) => checkpointFault({ file, tensor, problem, hint: DAMAGED });
    const relative = offset - dataStart;
    if (offset + byteLength > fileBytes) {
      throw fail(
        `lies at bytes ${relative} to ${relative + byteLength} of the data, which ends at ${fileBytes - dataStart}`,
      );
    }
    if (offset < covered) throw fail(`overlaps the tensor '${previous}' (${covered - offset} bytes)`);
    if (offset > covered)
      throw fail(
        `begins at byte ${relative} of the data and leaves a gap of ${offset - covered} bytes before it`,
      );
    covered = offset + byteLength;
    previous = tensor;
  }
  if (covered !== fileBytes) {
    throw checkpointFault({
      file,
      problem: `holds ${fileBytes - covered} bytes after its last tensor that belong to none`,
      hint: DAMAGED,
    });
  }
}

/**
 * Parses and checks the JSON header of a safetensors file.
 *
 * @param bytes the header without the eight bytes of length before it
 * @throws CheckpointError on anything the format forbids, naming file and tensor
 */
export function parseHeader(bytes: Uint8Array, fileBytes: number, file: string): Header {
  const { __metadata__: metadata, ...entries } = parseJson(bytes, file);
  const dataStart = 8 + bytes.length;
  const tensors = new Map(
    Object.entries(entries).map(([name, value]) => [name, readTensor(name, value, dataStart, file)]),
  );
  checkCoverage(tensors, dataStart, fileBytes, file);
  return { metadata: readMetadata(metadata, file), tensors };
}
