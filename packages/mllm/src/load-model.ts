import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine, HostTensor, WeightSource } from '@sea-align/compute';
import { ConfigError } from '@sea-align/core';
import { z } from 'zod';
import { asList, tokenIds } from './config/field-schemas.js';
import { readJsonFile } from './config/read-config.js';
import { CheckpointModel, type WeightlessParts } from './checkpoint-model.js';
import { builtInFamilies } from './family/built-in-families.js';
import type { FamilyConfig } from './family/family-config.js';
import type { Family } from './family/family.js';
import type { Architecture } from './family/read-architecture.js';
import { placeholderIdsOf } from './model-pieces.js';
import type { MultimodalModel } from './multimodal-model.js';
import { loadChatTemplate } from './prompt/chat-template.js';
import { PromptLayout } from './prompt/prompt-layout.js';
import { loadTokenizer, type ModelTokenizer } from './tokenizer/model-tokenizer.js';
import { openCheckpoint } from './weights/open-checkpoint.js';

export interface LoadModelOptions {
  engine: Engine;
  /** What the model is used for, where its family has several modalities; default: the family's first. */
  modality?: string;
  /** Further model families, chosen by config.json's model_type. */
  families?: readonly Family[];
  /** Weights that replace the checkpoint's (HF names), e.g. with an adapter merged in. */
  weights?: WeightSource & { names(): string[] };
}

/**
 * Loads a Hugging Face checkpoint folder: config.json, safetensors (single or sharded), and, as far as they are there,
 * generation_config.json, tokenizer.json, tokenizer_config.json, a chat template, preprocessor_config.json.
 * @throws CheckpointError for missing, extra, misshapen or non-finite tensors (all listed) and unsupported architectures;
 * ConfigError for a faulty config file
 */
export async function loadModel(folder: string, options: LoadModelOptions): Promise<MultimodalModel> {
  const { engine } = options;
  const families = [...builtInFamilies, ...(options.families ?? [])];
  const { weights, hash, close, ...architecture } = await openCheckpoint(folder, families);
  let model: CheckpointModel;
  try {
    const parts = await loadWeightless(folder, architecture, options.modality);
    model = CheckpointModel.create({ ...parts, engine, close }, weights, hash);
  } catch (error) {
    close();
    throw error;
  }
  if (options.weights === undefined) return model;
  const source = options.weights;
  const overrides = new Map<string, HostTensor>(source.names().map((name) => [name, source.get(name)]));
  try {
    return model.withOverrides(overrides);
  } finally {
    await model.release();
  }
}

/** What the folder's small files say: all of a checkpoint but its weights. */
export async function loadWeightless(
  folder: string,
  { architecture, config }: Architecture,
  askedModality: string | undefined,
): Promise<WeightlessParts> {
  const tokenizer = await loadTokenizer(folder);
  const modality = chosenModality(architecture, askedModality);
  const parts: WeightlessParts = {
    folder,
    architecture,
    config,
    placeholderIds: placeholderIdsOf(architecture, config),
    modality,
    eosTokenIds: await endOfSequence(folder, config, tokenizer),
    processor: await architecture.loadProcessor(folder, config, modality),
    text: undefined,
  };
  if (tokenizer === undefined) return parts;
  return { ...parts, text: { tokenizer, layout: await promptLayout(parts, tokenizer) } };
}

/** @throws ConfigError where the family has no such modality */
function chosenModality({ modalities, name }: Family, asked: string | undefined): string {
  const chosen = asked ?? modalities[0];
  if (modalities.includes(chosen)) return chosen;
  throw new ConfigError(`A ${name} model takes ${modalities.join(' or ')}, not ${chosen}.`);
}

async function promptLayout(
  { folder, architecture, config, modality, eosTokenIds }: WeightlessParts,
  tokenizer: ModelTokenizer,
): Promise<PromptLayout> {
  const declared = architecture.promptPlaceholder(config, modality);
  const placeholder = { ...declared, token: tokenizer.idToToken(declared.id) ?? declared.token };
  const special = (id: number | undefined): string | undefined =>
    id === undefined ? undefined : tokenizer.idToToken(id);
  const specialTokens = {
    bos_token: special(tokenizer.bosTokenId),
    eos_token: special(tokenizer.eosTokenId),
    pad_token: special(tokenizer.padTokenId),
  };
  return new PromptLayout({
    tokenizer,
    template: await loadChatTemplate(folder, placeholder, specialTokens, architecture.renderTurn),
    placeholder,
    modality,
    eosTokenId: tokenizer.eosTokenId ?? eosTokenIds[0],
  });
}

const generationConfig = z.looseObject({ eos_token_id: tokenIds });

/** generation_config.json decides, else config.json; the tokenizer's own is always one of them. */
async function endOfSequence(
  folder: string,
  config: FamilyConfig,
  tokenizer: ModelTokenizer | undefined,
): Promise<number[]> {
  const path = join(folder, 'generation_config.json');
  const generation = existsSync(path) ? generationConfig.parse(await readJsonFile(path)) : undefined;
  const declared = asList(generation?.eos_token_id);
  const ids = declared.length > 0 ? declared : config.eosTokenIds;
  return [...new Set([...ids, ...asList(tokenizer?.eosTokenId)])];
}
