import path from 'node:path';
import { createEngine, type Engine } from '@sea-align/compute';
import { loadModel, type MultimodalModel } from '@sea-align/mllm';
import { tinyLlavaFolder } from '@sea-align/tiny-models';
import type { EngineSettings } from '../recipe/engine-schema.js';
import { embeddedImageModel } from './embedded-image-model.js';

export interface OpenModel {
  readonly model: MultimodalModel;
  readonly engine: Engine;
  close(): Promise<void>;
}

/** Folder of a model by name or path; relative paths are relative to `base`. */
export function modelFolder(name: string, base = process.cwd()): string {
  return name === embeddedImageModel ? tinyLlavaFolder() : path.resolve(base, name);
}

/** @throws CheckpointError also for a folder without tokenizer.json: every command reads and writes text */
async function loadSpeakingModel(folder: string, engine: Engine): Promise<MultimodalModel> {
  const model = await loadModel(folder, { engine });
  try {
    model.prompt({ question: 'a' });
    return model;
  } catch (error) {
    await model.release();
    throw error;
  }
}

/** Chooses an engine and loads a checkpoint on it. */
export async function openModel(folder: string, settings: Partial<EngineSettings> = {}): Promise<OpenModel> {
  const engine = await createEngine(settings);
  try {
    const model = await loadSpeakingModel(folder, engine);
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
