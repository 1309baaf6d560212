import { stat } from 'node:fs/promises';

import { type Adam, type HostTensor, openSafetensors, writeSafetensors } from '@sea-align/compute';
import { CheckpointError } from '@sea-align/core';
import { z } from 'zod';

/** Where a run is, besides its tensors. */
const progressSchema = z.strictObject({
  /** Optimiser steps done. */
  step: z.int().min(0),
  /** State of the generator that plans the batches. */
  rng: z.string(),
  best: z.strictObject({ step: z.int().min(1), validationLoss: z.number() }).optional(),
  /** Looks at the held-out rows since the best one. */
  looksSinceBest: z.int().min(0),
});
export type TrainingProgress = z.infer<typeof progressSchema>;

type Parameters = ReadonlyMap<string, Float32Array>;

/**
 * Writes everything a run needs to go on into one file, atomically: a kill or a full disk leaves the checkpoint before
 * it. Tensors: `parameter/NAME` and `optimizer/NAME.{exp_avg,exp_avg_sq,step}`, flat; the rest as metadata.
 */
export async function writeCheckpoint(
  path: string,
  parameters: Parameters,
  optimizer: Adam,
  progress: TrainingProgress,
): Promise<void> {
  const tensors = new Map<string, HostTensor>();
  for (const [name, data] of parameters) tensors.set(`parameter/${name}`, flat(data));
  for (const [name, tensor] of optimizer.state()) tensors.set(`optimizer/${name}`, tensor);
  await writeSafetensors(path, tensors, { progress: JSON.stringify(progress) });
}

/**
 * Reads a checkpoint into `parameters` and `optimizer`.
 *
 * @returns where the run was, or undefined when there is no checkpoint
 * @throws CheckpointError when it does not fit the parameters
 */
export async function readCheckpoint(
  path: string,
  parameters: Parameters,
  optimizer: Adam,
): Promise<TrainingProgress | undefined> {
  if (!(await exists(path))) return undefined;
  const file = await openSafetensors(path);
  try {
    const progress = progressSchema.safeParse(parseJson(file.metadata.progress));
    if (!progress.success) throw unfit(path, 'holds no readable progress');
    const moments = new Map<string, HostTensor>();
    for (const name of file.names()) {
      if (name.startsWith('optimizer/')) moments.set(name.slice('optimizer/'.length), file.read(name));
    }
    for (const [name, data] of parameters)
      copyInto(
        data,
        file.has(`parameter/${name}`) ? file.readFloat32(`parameter/${name}`) : undefined,
        path,
        name,
      );
    optimizer.load(moments);
    return progress.data;
  } finally {
    file.close();
  }
}

/** Writes trained parameters alone, by their own names. */
export async function writeParameters(path: string, parameters: Parameters, step: number): Promise<void> {
  await writeSafetensors(
    path,
    [...parameters].map(([name, data]) => [name, flat(data)] as const),
    { step: String(step) },
  );
}

/** Reads what writeParameters wrote into `parameters`. @throws CheckpointError when it does not fit */
export async function readParameters(path: string, parameters: Parameters): Promise<void> {
  const file = await openSafetensors(path);
  try {
    for (const [name, data] of parameters)
      copyInto(data, file.has(name) ? file.readFloat32(name) : undefined, path, name);
  } finally {
    file.close();
  }
}

function copyInto(target: Float32Array, source: Float32Array | undefined, path: string, name: string): void {
  if (source?.length !== target.length) {
    throw unfit(path, `holds ${source?.length ?? 'no'} values for "${name}", ${target.length} are wanted`);
  }
  target.set(source);
}

function unfit(path: string, problem: string): CheckpointError {
  return new CheckpointError(`The checkpoint ${path} ${problem}.`, {
    hint: 'It belongs to another run or was damaged: start anew with --force, or choose another --out.',
  });
}

function flat(data: Float32Array): HostTensor {
  return { data, shape: [data.length], dtype: 'float32' };
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
