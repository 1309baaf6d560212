import { stat } from 'node:fs/promises';
import { ConfigError } from '@sea-align/core';
import { createEngineTarget, type EngineTargetOptions, type Target } from '@sea-align/evaluation';
import type { TargetKind } from './kinds.js';

export interface TargetChoice {
  readonly model?: string;
  /** Default: what the settings say, else the engine. */
  readonly target?: TargetKind;
  /** Output folder of `sea align`, or a PEFT adapter. */
  readonly adapter?: string;
  readonly name?: string;
  /** `--set target.*`, checked by the target itself. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly requestsPerMinute?: number;
}

/** The model under test. Loads nothing and asks nothing yet. Throws ConfigError, CheckpointError. */
export async function createTarget(choice: TargetChoice): Promise<{ kind: TargetKind; target: Target }> {
  const kind = choice.target ?? kindOf(choice);
  const { model, adapter, name, settings } = choice;
  if (adapter !== undefined && kind !== 'engine') {
    throw new ConfigError('--adapter goes with a model of our own engine, not with a server or a command.');
  }
  if (model === undefined) {
    throw new ConfigError('--model is missing.', {
      hint: 'tiny-qwen2-vl, tiny-qwen2-audio, a checkpoint folder, or with --set target.url=… the name of a server’s model.',
    });
  }
  await refuseServerName(model);
  const options = {
    ...settings,
    model,
    ...(adapter !== undefined && { adapter }),
    ...(name !== undefined && { name }),
  };
  return { kind, target: await createEngineTarget(options as EngineTargetOptions) };
}

function kindOf({ settings }: TargetChoice): TargetKind {
  if (settings.url !== undefined) return 'server';
  return settings.command === undefined ? 'engine' : 'command';
}

/** A name that is no folder was probably meant for a server. */
async function refuseServerName(model: string): Promise<void> {
  if (model.startsWith('tiny-')) return;
  const isFolder = await stat(model).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) return;
  throw new ConfigError(`--model ${model}: there is no such folder.`, {
    hint: 'Give a checkpoint folder or tiny-qwen2-vl, or say where the model is served: --set target.url=http://localhost:8000/v1',
  });
}
