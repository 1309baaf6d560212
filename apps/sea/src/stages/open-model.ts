import path from 'node:path';
import { createEngine, type Engine } from '@sea-align/compute';
import { loadModel, readArchitecture, type MultimodalModel } from '@sea-align/mllm';
import { tinyModelFolder } from '@sea-align/tiny-models';
import type { EngineSettings } from '../recipe/engine-schema.js';
import { embeddedModality } from './embedded-models.js';

export interface OpenModel {
  readonly model: MultimodalModel;
  readonly engine: Engine;
  close(): Promise<void>;
}

/** Where a model is, and what it is used for. */
export interface ModelChoice {
  readonly folder: string;
  /** Absent: the first that its family has. */
  readonly modality?: string;
}

/** A model by name or path; relative paths are relative to `base`. An embedded model has its own modality. */
export function chooseModel(name: string, modality?: string, base = process.cwd()): ModelChoice {
  const embedded = embeddedModality(name);
  if (embedded === undefined) return { folder: path.resolve(base, name), modality };
  return { folder: tinyModelFolder(embedded), modality: modality ?? embedded };
}

/**
 * What a model would be used for, from its config alone.
 * @throws CheckpointError, ConfigError as `readArchitecture` does
 */
export async function modalityOf({ folder, modality }: ModelChoice): Promise<string> {
  const { architecture } = await readArchitecture(folder);
  return modality ?? architecture.modalities[0];
}

/** @throws CheckpointError also for a folder without tokenizer.json: every command reads and writes text */
async function loadSpeakingModel(
  { folder, modality }: ModelChoice,
  engine: Engine,
): Promise<MultimodalModel> {
  const model = await loadModel(folder, { engine, modality });
  try {
    model.prompt({ question: 'a' });
    return model;
  } catch (error) {
    await model.release();
    throw error;
  }
}

/** Chooses an engine and loads a checkpoint on it. */
export async function openModel(
  choice: ModelChoice,
  settings: Partial<EngineSettings> = {},
): Promise<OpenModel> {
  const engine = await createEngine(settings);
  try {
    const model = await loadSpeakingModel(choice, engine);
    return {
      model,
      engine,
      async close() {
        await model.release();
        await engine.dispose();
      },
    };
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}
