import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { EngineError } from '@sea-align/core';
import type { Tfjs } from './tfjs.js';

/** The TensorFlow.js packages, best first. */
export const tfjsPackages = {
  'tfjs-node-gpu': '@tensorflow/tfjs-node-gpu',
  'tfjs-node': '@tensorflow/tfjs-node',
  tfjs: '@tensorflow/tfjs',
} as const;

export type TfjsBackend = keyof typeof tfjsPackages;

export const tfjsBackends = Object.keys(tfjsPackages) as TfjsBackend[];

export function tfjsInstallCommand(backend: TfjsBackend): string {
  return `npm install ${tfjsPackages[backend]}@4.22.0`;
}

/** Imports a package by name; replaced in tests. */
export type ImportPackage = (specifier: string) => Promise<unknown>;

/**
 * Names a folder in whose node_modules the packages are looked for, instead of where this package is installed: for a
 * build against a TensorFlow of one's own.
 */
const folderVariable = 'SEA_TFJS_FOLDER';

function importFromHereOrFolder(specifier: string): Promise<unknown> {
  const folder = process.env[folderVariable];
  if (!folder) return import(specifier);
  const entry = createRequire(path.resolve(folder, 'package.json')).resolve(specifier);
  return import(pathToFileURL(entry).href);
}

/**
 * `@tensorflow/tfjs-node` 4.22 calls two functions of `node:util` that Node 23 has removed, from inside every operation.
 * Puts back what is missing, nothing else.
 */
export function restoreRemovedUtilFunctions(
  util: Record<string, unknown> = createRequire(import.meta.url)('node:util') as Record<string, unknown>,
): void {
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}

export interface LoadedTfjs {
  readonly tf: Tfjs;
  readonly backend: TfjsBackend;
  /** The library's own name of what computes: `tensorflow` (native) or `cpu` (JavaScript). */
  readonly tfBackendName: string;
  readonly version: string;
  /** Version of the native library, where there is one. */
  readonly nativeVersion?: string;
  readonly device: 'cpu' | 'cuda';
}

function isMissing(error: unknown, specifier: string): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return (
    (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') &&
    message?.includes(`'${specifier}'`) === true
  );
}

function whereLooked(): string {
  const folder = process.env[folderVariable];
  return folder ? ` in ${path.resolve(folder)}, which ${folderVariable} names` : '';
}

/**
 * Loads one TensorFlow.js package.
 *
 * @param threads within an operation; native TensorFlow reads it once, when it is first loaded into the process
 * @throws EngineError: not installed (with the install command), or installed but not loadable (with the reason)
 */
export async function loadTfjs(
  backend: TfjsBackend,
  threads?: number,
  importPackage: ImportPackage = importFromHereOrFolder,
): Promise<LoadedTfjs> {
  const specifier = tfjsPackages[backend];
  if (backend !== 'tfjs') {
    restoreRemovedUtilFunctions();
    if (threads !== undefined) process.env.TF_NUM_INTRAOP_THREADS ??= String(threads);
    // Start-up chatter about CPU instructions would land in the middle of our progress lines.
    process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
  }
  let loaded: { default?: unknown };
  try {
    loaded = (await importPackage(specifier)) as { default?: unknown };
  } catch (cause) {
    throw isMissing(cause, specifier)
      ? new EngineError(`${specifier} is not installed${whereLooked()}.`, {
          code: 'SEA_ENGINE_MISSING',
          hint: `Install it with: ${tfjsInstallCommand(backend)}`,
          cause,
        })
      : new EngineError(`${specifier} is installed but does not load: ${(cause as Error).message}`, {
          hint: `Its native library is probably missing. Install it again with: ${tfjsInstallCommand(backend)}`,
          cause,
        });
  }
  const tf = (loaded.default ?? loaded) as Tfjs;
  if (backend === 'tfjs') {
    // Without it the JavaScript backend prints an advertisement for tfjs-node into the user's terminal.
    tf.env().set('PROD', true);
  }
  const tfBackendName = backend === 'tfjs' ? 'cpu' : 'tensorflow';
  if (!(await tf.setBackend(tfBackendName))) {
    throw new EngineError(`${specifier} is loaded, but its backend '${tfBackendName}' does not start.`);
  }
  const native = tf.backend() as { isUsingGpuDevice?: boolean; binding?: { TF_Version?: string } };
  return {
    tf,
    backend,
    tfBackendName,
    version: tf.version['tfjs-core'],
    nativeVersion: native.binding?.TF_Version,
    device: native.isUsingGpuDevice === true ? 'cuda' : 'cpu',
  };
}
