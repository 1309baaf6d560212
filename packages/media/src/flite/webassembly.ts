/** The memory of a WebAssembly program; `buffer` is replaced when the program grows it. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** A compiled program. */
export type WasmModule = { readonly [compiled]: true };
declare const compiled: unique symbol;

interface WebAssemblyApi {
  readonly Memory: new (descriptor: { initial: number }) => WasmMemory;
  readonly Instance: new (
    module: WasmModule,
    imports: Record<string, Record<string, unknown>>,
  ) => { readonly exports: Record<string, unknown> };
  readonly compile: (bytes: Uint8Array) => Promise<WasmModule>;
}

/** Node's WebAssembly, whose values TypeScript declares only together with a browser's globals. */
export const webAssembly = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;
