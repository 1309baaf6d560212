import { z } from 'zod';
import { asList, tokenId, tokenIds } from '../config/field-schemas.js';
import { modelTypeOf } from '../config/nested-config.js';
import { parseConfigFile, unsupportedArchitecture } from '../config/read-config.js';
import { textConfigSchema, textModelTypes, type TextModelType } from '../config/text-config.js';
import type { FamilyConfig } from '../family/family-config.js';
import { audioEncoderSchema, type AudioEncoderConfig } from './audio-encoder-config.js';

/** A Qwen2-Audio checkpoint's config.json with every default filled in as Hugging Face does. */
export interface Qwen2AudioConfig extends FamilyConfig {
  modelType: 'qwen2_audio';
  audio: AudioEncoderConfig;
  audioTokenId: number;
}

/** HF `Qwen2AudioConfig`. */
function qwen2AudioSchema(textType: TextModelType) {
  const orDefaults = (raw: unknown): unknown => raw ?? {};
  return z
    .looseObject({
      audio_config: z.preprocess(orDefaults, audioEncoderSchema),
      text_config: z.preprocess(orDefaults, textConfigSchema(textType)),
      audio_token_index: tokenId,
      audio_token_id: tokenId,
      tie_word_embeddings: z.boolean().optional(),
      eos_token_id: tokenIds,
      pad_token_id: z.number().int().nullish(),
    })
    .transform(({ audio_config: audio, text_config: text, ...raw }): Qwen2AudioConfig => ({
      modelType: 'qwen2_audio',
      audio,
      text,
      names: { root: 'language_model.model', lmHead: 'language_model.lm_head' },
      audioTokenId: raw.audio_token_index ?? raw.audio_token_id ?? 151646,
      eosTokenIds: text.eosTokenIds.length > 0 ? text.eosTokenIds : asList(raw.eos_token_id),
      padTokenId: raw.pad_token_id ?? undefined,
      tieWordEmbeddings: text.tieWordEmbeddings ?? raw.tie_word_embeddings ?? false,
    }));
}

/**
 * Parses config.json; `path` and `supported` are for messages.
 * @throws CheckpointError (code SEA_UNSUPPORTED_ARCHITECTURE) for another tower or text backbone, ConfigError listing every fault
 */
export function parseQwen2AudioConfig(raw: unknown, path: string, supported: string): Qwen2AudioConfig {
  const parts = z
    .looseObject({ audio_config: z.unknown().optional(), text_config: z.unknown().optional() })
    .safeParse(raw).data;
  const audioType = modelTypeOf(parts?.audio_config) ?? 'qwen2_audio_encoder';
  if (audioType !== 'qwen2_audio_encoder')
    throw unsupportedArchitecture(path, `audio_config.model_type "${audioType}"`, supported);
  const declared = modelTypeOf(parts?.text_config) ?? 'qwen2';
  const textType = textModelTypes.find((type) => type === declared);
  if (textType === undefined)
    throw unsupportedArchitecture(path, `text_config.model_type "${declared}"`, supported);
  return parseConfigFile(qwen2AudioSchema(textType), raw, path, 'Qwen2-Audio config');
}
