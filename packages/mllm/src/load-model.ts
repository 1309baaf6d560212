import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine, HostTensor, WeightSource } from '@sea-align/compute';
import { z } from 'zod';
import { asList, tokenIds } from './config/field-schemas.js';
import { embeddingTokens, type LlavaConfig } from './config/llava-config.js';
import { readJsonFile } from './config/read-config.js';
import { readPreprocessorConfig } from './image/preprocessor-config.js';
import { LlavaModel, type LlavaParts } from './llava-model.js';
import type { MultimodalModel } from './multimodal-model.js';
import { loadChatTemplate } from './prompt/chat-template.js';
import { PromptLayout } from './prompt/prompt-layout.js';
import { loadTokenizer, type ModelTokenizer } from './tokenizer/model-tokenizer.js';
import { openCheckpoint } from './weights/open-checkpoint.js';

export interface LoadModelOptions {
  engine: Engine;
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
  const { config, weights, hash, close } = await openCheckpoint(folder);
  let model: LlavaModel;
  try {
    const tokenizer = await loadTokenizer(folder);
    const parts: LlavaParts = {
      folder,
      engine,
      config,
      eosTokenIds: await endOfSequence(folder, config, tokenizer),
      preprocessor: await readPreprocessorConfig(folder, config.vision.imageSize),
      text: undefined,
      close,
    };
    if (tokenizer !== undefined) {
      parts.text = { tokenizer, layout: await promptLayout(folder, config, tokenizer, parts.eosTokenIds) };
    }
    model = LlavaModel.create(parts, weights, hash);
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

async function promptLayout(
  folder: string,
  config: LlavaConfig,
  tokenizer: ModelTokenizer,
  eosTokenIds: readonly number[],
): Promise<PromptLayout> {
  const placeholder = tokenizer.idToToken(config.imageTokenId) ?? '<image>';
  const special = (id: number | undefined): string | undefined =>
    id === undefined ? undefined : tokenizer.idToToken(id);
  const template = await loadChatTemplate(folder, placeholder, {
    bos_token: special(tokenizer.bosTokenId),
    eos_token: special(tokenizer.eosTokenId),
    pad_token: special(tokenizer.padTokenId),
  });
  return new PromptLayout({
    tokenizer,
    template,
    placeholder,
    placeholderId: config.imageTokenId,
    tokensPerMedium: embeddingTokens(config),
    eosTokenId: tokenizer.eosTokenId ?? eosTokenIds[0],
  });
}

const generationConfig = z.looseObject({ eos_token_id: tokenIds });

/** generation_config.json decides, else config.json; the tokenizer's own is always one of them. */
async function endOfSequence(
  folder: string,
  config: LlavaConfig,
  tokenizer: ModelTokenizer | undefined,
): Promise<number[]> {
  const path = join(folder, 'generation_config.json');
  const generation = existsSync(path) ? generationConfig.parse(await readJsonFile(path)) : undefined;
  const declared = asList(generation?.eos_token_id);
  const ids = declared.length > 0 ? declared : config.eosTokenIds;
  return [...new Set([...ids, ...asList(tokenizer?.eosTokenId)])];
}
