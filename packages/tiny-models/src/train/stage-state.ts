import { stat } from 'node:fs/promises';

import {
  openSafetensors,
  writeSafetensors,
  type AdamW,
  type HostTensor,
  type WritableTensor,
} from '@sea-align/compute';
import { RunFolderError } from '@sea-align/core';

/** A stage between two steps: what `step` says is done, the parameters then, and the optimiser's moments. */
export interface StageState {
  readonly step: number;
  readonly params: Map<string, Float32Array>;
}

const paramPrefix = 'param/';
const momentPrefix = 'optimiser/';

export async function saveState(file: string, state: StageState, optimiser: AdamW): Promise<void> {
  const tensors = new Map<string, WritableTensor>();
  for (const [name, data] of state.params) {
    tensors.set(paramPrefix + name, { dtype: 'F32', shape: [data.length], data });
  }
  for (const [name, tensor] of optimiser.state()) tensors.set(momentPrefix + name, tensor);
  await writeSafetensors(file, tensors, { step: String(state.step) });
}

/**
 * The state that `saveState` wrote, its moments put into `optimiser`; undefined where there is no file yet.
 * @throws RunFolderError if the file is another stage's: parameters missing or of another length
 */
export async function loadState(
  file: string,
  expected: ReadonlyMap<string, Float32Array>,
  optimiser: AdamW,
): Promise<StageState | undefined> {
  const there = await stat(file).catch(() => undefined);
  if (!there) return undefined;
  const saved = await openSafetensors(file);
  try {
    const params = new Map<string, Float32Array>();
    const moments = new Map<string, HostTensor>();
    for (const name of saved.names()) {
      if (name.startsWith(momentPrefix)) moments.set(name.slice(momentPrefix.length), saved.read(name));
      else params.set(name.slice(paramPrefix.length), saved.readFloat32(name));
    }
    const step = Number(saved.metadata['step']);
    for (const [name, values] of expected) {
      if (params.get(name)?.length !== values.length || !Number.isInteger(step)) {
        throw new RunFolderError(`The state in ${file} does not fit this training stage (tensor ${name}).`, {
          hint: 'Start anew with --force.',
        });
      }
    }
    optimiser.load(moments);
    return { step, params };
  } finally {
    saved.close();
  }
}
