import { stat } from 'node:fs/promises';
import { ConfigError } from '@sea-align/core';
import {
  createCommandTarget,
  createEngineTarget,
  createServerTarget,
  type CommandTargetOptions,
  type EngineTargetOptions,
  type ServerTargetOptions,
  type Target,
} from '@sea-align/evaluation';
import { commandWords, split } from './evaluate-settings.js';
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
  /** Questions at once, where the target can have several under way. */
  readonly concurrency?: number;
}

/** Settings of the target itself; all others are those of its client. */
const serverSettings = [
  'modalities',
  'videoAs',
  'frames',
  'systemPrompt',
  'omit',
  'maxMediaBytes',
  'mediaTokens',
];

const engineSettings = ['modality', 'engine', 'batchSize', 'maxEmbeddingBytes'];

/** The model under test. Loads nothing and asks nothing yet. Throws ConfigError, CheckpointError. */
export async function createTarget(choice: TargetChoice): Promise<{ kind: TargetKind; target: Target }> {
  const kind = choice.target ?? kindOf(choice);
  const { model, adapter, name, settings, concurrency } = choice;
  if (adapter !== undefined && kind !== 'engine') {
    throw new ConfigError('--adapter goes with a model of our own engine, not with a server or a command.');
  }
  if (kind === 'command') {
    const command = commandWords('target.command', settings.command);
    const options = {
      ...settings,
      command,
      ...(concurrency !== undefined && { concurrency }),
      ...(name !== undefined && { name }),
    };
    return { kind, target: createCommandTarget(options as CommandTargetOptions) };
  }
  if (model === undefined) {
    throw new ConfigError('--model is missing.', {
      hint: 'tiny-qwen2-vl, tiny-qwen2-audio, a checkpoint folder, or with --set target.url=… the name of a server’s model.',
    });
  }
  if (kind === 'server') {
    const { url, baseURL = url, ...others } = settings;
    if (baseURL === undefined) {
      throw new ConfigError('The address of the server is missing.', {
        hint: 'For example --set target.url=http://localhost:8000/v1',
      });
    }
    const [own, chat] = split(serverSettings, others);
    const options = {
      ...own,
      chat: { ...chat, baseURL, model, ...(concurrency !== undefined && { concurrency }) },
      ...(name !== undefined && { name }),
    };
    return { kind, target: createServerTarget(options as unknown as ServerTargetOptions) };
  }
  const unknown = Object.keys(settings).find((setting) => !engineSettings.includes(setting));
  if (unknown !== undefined) {
    throw new ConfigError(`target.${unknown}: models of our own engine have no such setting.`, {
      hint: `They have ${engineSettings.join(', ')}. Is a server meant? --set target.url=…`,
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
  if (settings.url !== undefined || settings.baseURL !== undefined) return 'server';
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
