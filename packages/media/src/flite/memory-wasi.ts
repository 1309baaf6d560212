import { webAssembly, type WasmMemory, type WasmModule } from './webassembly.js';

/** A WASI program's exit, thrown out of the WebAssembly code. */
class ProgramExit extends Error {
  constructor(readonly code: number) {
    super(`exit ${code}`);
  }
}

/** What a program left behind. */
export interface ProgramResult {
  readonly exitCode: number;
  /** Standard output and error together, at most the first 64 kB. */
  readonly output: string;
  /** Files that it wrote, by name. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

// Error numbers and constants of wasi_snapshot_preview1.
const badDescriptor = 8;
const noSuchFile = 44;
const notSeekable = 70;
const rootDescriptor = 3;
const firstFile = 4;
const createFlag = 1;
const directoryType = 3;
const regularType = 4;
const characterType = 2;

interface OpenFile {
  readonly name: string;
  bytes: Uint8Array<ArrayBuffer>;
  length: number;
  position: number;
}

/**
 * Runs a WASI command-line program in memory: it can create and write files (which come back as bytes), and see neither
 * the disk, nor an environment, nor a clock that moves. So equal arguments give equal results. Node's own `node:wasi` is
 * experimental and would hand it real files. Each run takes a fresh instance; its memory is freed with it.
 *
 * Throws WebAssembly.RuntimeError if the program crashes.
 */
export function runProgram(module: WasmModule, args: readonly string[]): ProgramResult {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const encodedArgs = args.map((text) => encoder.encode(`${text}\0`));
  const files: OpenFile[] = [];
  const said: string[] = [];
  let saidLength = 0;

  // The buffer is replaced whenever the program grows its memory.
  let memory: WasmMemory = new webAssembly.Memory({ initial: 0 });
  const view = () => new DataView(memory.buffer);
  const bytes = () => new Uint8Array(memory.buffer);

  const write = (descriptor: number, data: Uint8Array) => {
    if (descriptor < rootDescriptor) {
      if (saidLength < 65_536) said.push(decoder.decode(data));
      saidLength += data.length;
    } else append(files[descriptor - firstFile], data);
  };

  const imports = {
    args_sizes_get(countAt: number, sizeAt: number) {
      view().setUint32(countAt, encodedArgs.length, true);
      view().setUint32(
        sizeAt,
        encodedArgs.reduce((sum, each) => sum + each.length, 0),
        true,
      );
      return 0;
    },
    args_get(pointersAt: number, textAt: number) {
      let at = textAt;
      encodedArgs.forEach((each, index) => {
        view().setUint32(pointersAt + 4 * index, at, true);
        bytes().set(each, at);
        at += each.length;
      });
      return 0;
    },
    clock_time_get(_clock: number, _precision: bigint, at: number) {
      view().setBigUint64(at, 0n, true);
      return 0;
    },
    fd_close: () => 0,
    fd_fdstat_get(descriptor: number, at: number) {
      const type = descriptor === rootDescriptor ? directoryType : regularType;
      bytes().fill(0, at, at + 24);
      view().setUint8(at, descriptor < rootDescriptor ? characterType : type);
      view().setBigUint64(at + 8, 2n ** 64n - 1n, true);
      view().setBigUint64(at + 16, 2n ** 64n - 1n, true);
      return 0;
    },
    fd_fdstat_set_flags: () => 0,
    fd_prestat_get(descriptor: number, at: number) {
      if (descriptor !== rootDescriptor) return badDescriptor;
      view().setUint32(at, 0, true);
      view().setUint32(at + 4, 1, true);
      return 0;
    },
    fd_prestat_dir_name(_descriptor: number, at: number) {
      bytes().set(encoder.encode('/'), at);
      return 0;
    },
    fd_read(_descriptor: number, _vectors: number, _count: number, readAt: number) {
      view().setUint32(readAt, 0, true);
      return 0;
    },
    fd_seek(descriptor: number, offset: bigint, whence: number, at: number) {
      const file = files[descriptor - firstFile];
      if (file === undefined) return notSeekable;
      file.position = [0, file.position, file.length][whence] + Number(offset);
      view().setBigUint64(at, BigInt(file.position), true);
      return 0;
    },
    fd_write(descriptor: number, vectors: number, count: number, writtenAt: number) {
      if (descriptor === rootDescriptor || descriptor >= firstFile + files.length) return badDescriptor;
      let written = 0;
      for (let vector = 0; vector < count; vector++) {
        const at = view().getUint32(vectors + 8 * vector, true);
        const length = view().getUint32(vectors + 8 * vector + 4, true);
        write(descriptor, bytes().subarray(at, at + length));
        written += length;
      }
      view().setUint32(writtenAt, written, true);
      return 0;
    },
    path_open(
      _folder: number,
      _lookup: number,
      nameAt: number,
      nameLength: number,
      flags: number,
      _rights: bigint,
      _inherited: bigint,
      _descriptorFlags: number,
      at: number,
    ) {
      if ((flags & createFlag) === 0) return noSuchFile;
      const name = decoder.decode(bytes().subarray(nameAt, nameAt + nameLength));
      files.push({ name, bytes: new Uint8Array(65_536), length: 0, position: 0 });
      view().setUint32(at, firstFile + files.length - 1, true);
      return 0;
    },
    proc_exit(code: number) {
      throw new ProgramExit(code);
    },
  };

  const { exports } = new webAssembly.Instance(module, { wasi_snapshot_preview1: imports });
  if (!(exports.memory instanceof webAssembly.Memory) || typeof exports._start !== 'function') {
    throw new TypeError('not a WASI program');
  }
  memory = exports.memory;
  let exitCode = 0;
  try {
    exports._start();
  } catch (error) {
    if (!(error instanceof ProgramExit)) throw error;
    exitCode = error.code;
  }
  return {
    exitCode,
    output: said.join(''),
    files: new Map(files.map((file) => [file.name, file.bytes.subarray(0, file.length)])),
  };
}

function append(file: OpenFile, data: Uint8Array): void {
  const end = file.position + data.length;
  if (end > file.bytes.length) {
    const larger = new Uint8Array(Math.max(file.bytes.length * 2, end));
    larger.set(file.bytes);
    file.bytes = larger;
  }
  file.bytes.set(data, file.position);
  file.position = end;
  file.length = Math.max(file.length, end);
}
