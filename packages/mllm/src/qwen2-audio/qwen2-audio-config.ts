import { ConfigError, listIssues } from '@sea-align/core';
import { z } from 'zod';
import { asList, tokenId, tokenIds } from '../config/field-schemas.js';
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

const types = z.looseObject({
  audio_config: z.looseObject({ model_type: z.string().optional() }).nullish(),
  text_config: z.looseObject({ model_type: z.string().optional() }).nullish(),
});

/** The part of a config that no code here computes, for messages: `text_config.model_type "gpt2"`. */
export function unsupportedPart(raw: unknown): string | undefined {
  const parsed = types.safeParse(raw);
  if (!parsed.success) return undefined;
  const audio = parsed.data.audio_config?.model_type;
  if (audio !== undefined && audio !== 'qwen2_audio_encoder') return `audio_config.model_type "${audio}"`;
  const text = parsed.data.text_config?.model_type;
  if (text !== undefined && !textModelTypes.some((type) => type === text))
    return `text_config.model_type "${text}"`;
  return undefined;
}

/**
 * Parses config.json; `path` is for messages. Call only after `unsupportedPart` found nothing.
 * @throws ConfigError listing every fault
 */
export function parseQwen2AudioConfig(raw: unknown, path: string): Qwen2AudioConfig {
  const declared = types.safeParse(raw).data?.text_config?.model_type;
  const textType = textModelTypes.find((type) => type === declared) ?? 'qwen2';
  const parsed = qwen2AudioSchema(textType).safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new ConfigError(`${path} is not a usable Qwen2-Audio config:`, { issues: listIssues(parsed.error) });
}
