import { z } from 'zod';

/** How rotary frequencies are stretched for longer contexts (HF `rope_scaling`). */
export type RopeScaling =
  | { type: 'default' }
  | { type: 'linear'; factor: number }
  | {
      type: 'llama3';
      factor: number;
      lowFreqFactor: number;
      highFreqFactor: number;
      originalMaxPositionEmbeddings: number;
    };

const factor = z.number().min(1);

const linear = z
  .looseObject({ factor })
  .transform((raw): RopeScaling => ({ type: 'linear', factor: raw.factor }));

const llama3 = z
  .looseObject({
    factor,
    low_freq_factor: z.number().positive(),
    high_freq_factor: z.number().positive(),
    original_max_position_embeddings: z.number().int().positive(),
  })
  .transform((raw): RopeScaling => ({
    type: 'llama3',
    factor: raw.factor,
    lowFreqFactor: raw.low_freq_factor,
    highFreqFactor: raw.high_freq_factor,
    originalMaxPositionEmbeddings: raw.original_max_position_embeddings,
  }));

/** HF `rope_scaling` / `rope_parameters`: `rope_type`, or `type` in older configs. */
export const ropeScalingSchema = z
  .looseObject({ rope_type: z.string().optional(), type: z.string().optional() })
  .nullish()
  .transform((raw, context): RopeScaling => {
    const type = raw?.rope_type ?? raw?.type ?? 'default';
    if (type === 'default') return { type };
    const parser = type === 'linear' ? linear : type === 'llama3' ? llama3 : undefined;
    if (parser === undefined) {
      context.addIssue({
        code: 'custom',
        message: `rotary scaling "${type}" is not supported (supported: default, linear, llama3)`,
      });
      return z.NEVER;
    }
    const parsed = parser.safeParse(raw);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      context.addIssue({ code: 'custom', path: [...issue.path], message: issue.message });
    }
    return z.NEVER;
  });
