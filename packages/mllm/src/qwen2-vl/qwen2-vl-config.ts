import { z } from 'zod';
import { asList, tokenIds } from '../config/field-schemas.js';
import { textConfigSchema } from '../config/text-config.js';
import type { FamilyConfig } from '../family/family-config.js';
import { qwen2VLVisionSchema, type Qwen2VLVisionConfig } from './vision-config.js';

/** A Qwen2-VL checkpoint's config.json with every default filled in as Hugging Face does. */
export interface Qwen2VLConfig extends FamilyConfig {
  modelType: 'qwen2_vl';
  vision: Qwen2VLVisionConfig;
  imageTokenId: number;
  videoTokenId: number;
}

const plainObject = z.record(z.string(), z.unknown());
const id = z.number().int().nonnegative();

/**
 * HF `Qwen2VLConfig`: the text model's keys at the top level (before transformers 4.52, and as published), or in
 * `text_config`. Sub-configs are parsed by their own schemas, so that every fault gets its full path.
 */
export const qwen2VLSchema = z
  .looseObject({
    vision_config: plainObject.nullish(),
    text_config: plainObject.nullish(),
    image_token_id: id.default(151655),
    video_token_id: id.default(151656),
    tie_word_embeddings: z.boolean().optional(),
    eos_token_id: tokenIds,
    pad_token_id: z.number().int().nullish(),
  })
  .transform((raw, context): Qwen2VLConfig => {
    const complain = (path: readonly PropertyKey[], message: string): void =>
      context.addIssue({ code: 'custom', path: [...path], message });
    const nested = <T>(schema: z.ZodType<T>, value: unknown, path: readonly PropertyKey[]): T | undefined => {
      const parsed = schema.safeParse(value);
      if (parsed.success) return parsed.data;
      for (const issue of parsed.error.issues) complain([...path, ...issue.path], issue.message);
      return undefined;
    };
    const textPath = raw.text_config == null ? [] : ['text_config'];
    const vision = nested(qwen2VLVisionSchema, raw.vision_config ?? {}, ['vision_config']);
    const text = nested(textConfigSchema('qwen2_vl_text'), raw.text_config ?? raw, textPath);
    if (vision === undefined || text === undefined) return z.NEVER;
    if (text.mropeSection?.length !== 3) {
      // HF has no default either: without it, its attention fails.
      complain(
        [...textPath, 'rope_scaling', 'mrope_section'],
        'three numbers are needed: the channel pairs that turn with time, height and width',
      );
    }
    if (vision.hiddenSize !== text.hiddenSize) {
      complain(
        ['vision_config', 'hidden_size'],
        `the merger puts out ${vision.hiddenSize}, the text model takes ${text.hiddenSize}`,
      );
    }
    return {
      modelType: 'qwen2_vl',
      names: { root: 'model', lmHead: 'lm_head' },
      vision,
      text,
      imageTokenId: raw.image_token_id,
      videoTokenId: raw.video_token_id,
      eosTokenIds: text.eosTokenIds.length > 0 ? text.eosTokenIds : asList(raw.eos_token_id),
      padTokenId: text.padTokenId ?? raw.pad_token_id ?? undefined,
      tieWordEmbeddings: text.tieWordEmbeddings ?? raw.tie_word_embeddings ?? false,
    };
  });
