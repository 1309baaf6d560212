import { z } from 'zod';
import { asList, count, tokenIds } from '../config/field-schemas.js';
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

/** What HF `Qwen2VLTextConfig` takes for absent keys, where HF `Qwen2Config` takes something else. */
const textDefaults = {
  vocab_size: 152064,
  hidden_size: 8192,
  intermediate_size: 29568,
  num_hidden_layers: 80,
  num_attention_heads: 64,
  num_key_value_heads: 8,
  max_position_embeddings: 32768,
  rms_norm_eps: 1e-5,
  rope_theta: 1000000,
  max_window_layers: 80,
};

const plainObject = z.record(z.string(), z.unknown());
const ropeFields = z.looseObject({ type: z.string().optional(), rope_type: z.string().optional() });
const mropeSections = z.array(count).length(3);
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
    const textRaw: Record<string, unknown> = raw.text_config ?? raw;
    const textPath = raw.text_config == null ? [] : ['text_config'];
    const rope = readRope(textRaw);
    const sectionPath = [...textPath, rope.key, 'mrope_section'];
    const vision = nested(qwen2VLVisionSchema, raw.vision_config ?? {}, ['vision_config']);
    const text = nested(
      textConfigSchema('qwen2'),
      { ...textDefaults, ...textRaw, [rope.key]: rope.plain },
      textPath,
    );
    // HF has no default for the sections either: its attention fails without them.
    const mropeSection = nested(mropeSections, rope.sections, sectionPath);
    if (vision === undefined || text === undefined || mropeSection === undefined) return z.NEVER;
    const pairs = mropeSection.reduce((sum, section) => sum + section, 0);
    if (pairs * 2 !== text.headDim) {
      complain(
        sectionPath,
        `the sections add up to ${pairs}; heads of width ${text.headDim} have ${text.headDim / 2} channel pairs`,
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
      text: { ...text, mropeSection },
      imageTokenId: raw.image_token_id,
      videoTokenId: raw.video_token_id,
      eosTokenIds: text.eosTokenIds.length > 0 ? text.eosTokenIds : asList(raw.eos_token_id),
      padTokenId: text.padTokenId ?? raw.pad_token_id ?? undefined,
      tieWordEmbeddings: text.tieWordEmbeddings ?? raw.tie_word_embeddings ?? false,
    };
  });

/**
 * `rope_scaling`, or `rope_parameters` since transformers 5. M-RoPE's frequencies are the plain ones (type "mrope" is
 * "default"); its sections say which frequencies turn with which axis.
 */
function readRope(textRaw: Record<string, unknown>): { key: string; plain: unknown; sections: unknown } {
  const key = textRaw['rope_parameters'] == null ? 'rope_scaling' : 'rope_parameters';
  const parsed = ropeFields.safeParse(textRaw[key]);
  if (!parsed.success) return { key, plain: textRaw[key], sections: undefined };
  const declared = parsed.data.type ?? parsed.data.rope_type;
  const type = declared === 'mrope' ? 'default' : declared;
  return { key, plain: { ...parsed.data, type, rope_type: type }, sections: parsed.data['mrope_section'] };
}
