import { basename, resolve } from 'node:path';
import { createEngine, engineChoice, type EngineOptions } from '@sea-align/compute';
import { alignedModel, loadModel, readArchitecture, type MultimodalModel } from '@sea-align/mllm';
import { tinyModelFolder, tinyModelNames, toyModalities } from '@sea-align/tiny-models';
import { benchModalities, type BenchModality } from '../bench/records.js';

/** A checkpoint and what it is used for. */
export interface EngineModelChoice {
  readonly folder: string;
  readonly modality: string;
  /** For people: name of the embedded model, or of the folder. */
  readonly name: string;
}

/**
 * Embedded models by name (tiny-llava, tiny-qwen2-vl, tiny-qwen2-audio), any other text is a folder. Without a modality, a
 * family that takes several is used for video or sound, which is what benchmarks here show.
 * @throws ConfigError, CheckpointError for a folder that holds no model that can be loaded
 */
export async function chooseEngineModel(
  model: string,
  modality: BenchModality | undefined,
): Promise<EngineModelChoice> {
  const embedded = toyModalities.find((toy) => tinyModelNames[toy] === model);
  if (embedded !== undefined) {
    return { folder: tinyModelFolder(embedded), modality: modality ?? embedded, name: model };
  }
  const folder = resolve(model);
  const { architecture } = await readArchitecture(folder);
  const preferred = (['video', 'audio'] as const).find((each) => architecture.modalities.includes(each));
  return { folder, modality: modality ?? preferred ?? architecture.modalities[0], name: basename(folder) };
}

export interface OpenedModel {
  readonly model: MultimodalModel;
  /** Engine, device and why, for manifests. */
  readonly engine: string;
  close(): Promise<void>;
}

/** Loads a checkpoint, with an alignment result over it where `adapter` names one. */
export async function openEngineModel(
  { folder, modality }: EngineModelChoice,
  adapter: string | undefined,
  options: EngineOptions | undefined,
): Promise<OpenedModel> {
  const engine = await createEngine(options);
  let base: MultimodalModel | undefined;
  try {
    base = await loadModel(folder, { engine, modality });
    const model = adapter === undefined ? base : await alignedModel(base, adapter);
    // What both share stays until the last of them is released.
    if (model !== base) await base.release();
    return {
      model,
      engine: [engine.describe(), engineChoice(engine)].filter((text) => text !== undefined).join('; '),
      async close() {
        await model.release();
        await engine.dispose();
      },
    };
  } catch (error) {
    await base?.release();
    await engine.dispose();
    throw error;
  }
}

/** The modalities that a benchmark can show to a model used for `modality`. */
export function benchModalitiesOf(modality: string): BenchModality[] {
  return benchModalities.filter((each) => each === modality);
}
