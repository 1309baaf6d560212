import { z } from 'zod';
import type { PhraseKind } from '@sea-align/core';
import { reject, type Rejection } from '../extraction/extraction.js';

export type DatasetFormat = 'sea' | 'pku-saferlhf' | 'alpaca';
export const datasetFormats = ['sea', 'pku-saferlhf', 'alpaca'] as const satisfies readonly DatasetFormat[];

/** A row of any format, in our words; `rejection` where the row is well-formed but of no use. */
export interface MappedRow {
  id?: string;
  instruction: string;
  response?: string;
  chosen?: string;
  rejected?: string;
  harmful?: boolean;
  phrase?: string;
  kind?: PhraseKind;
  meta?: Record<string, unknown>;
  rejection?: Rejection;
}

const id = z
  .union([z.string().trim().min(1).max(500), z.int()])
  .transform(String)
  .optional();

const seaFields = {
  id,
  instruction: z.string(),
  response: z.string().optional(),
  chosen: z.string().optional(),
  rejected: z.string().optional(),
  harmful: z.boolean().optional(),
  phrase: z.string().optional(),
  kind: z.enum(['activity', 'product']).optional(),
  meta: z.record(z.string(), z.unknown()).optional(),
};

const sea = z
  .looseObject(seaFields)
  .superRefine((row, context) => {
    if (row.chosen === undefined && row.rejected === undefined && row.response === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['response'],
        message: 'a response, or chosen and rejected, is needed',
      });
    }
    if (row.chosen === undefined && row.rejected !== undefined) {
      context.addIssue({ code: 'custom', path: ['chosen'], message: 'is missing; rejected is there' });
    }
    if (row.chosen !== undefined && row.rejected === undefined) {
      context.addIssue({ code: 'custom', path: ['rejected'], message: 'is missing; chosen is there' });
    }
  })
  .transform((row): MappedRow => {
    const { meta, ...rest } = row;
    const known: Record<string, unknown> = {};
    const others: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(rest))
      (Object.hasOwn(seaFields, key) ? known : others)[key] = value;
    const allMeta = { ...others, ...meta };
    return {
      ...(known as unknown as MappedRow),
      ...(Object.keys(allMeta).length === 0 ? {} : { meta: allMeta }),
    };
  });

const which = z.union([z.literal(0), z.literal(1)], { error: 'must be 0 or 1' });

/** https://huggingface.co/datasets/PKU-Alignment/PKU-SafeRLHF: two responses a prompt, each marked safe or not. */
const pku = z
  .looseObject({
    id,
    prompt: z.string(),
    response_0: z.string(),
    response_1: z.string(),
    is_response_0_safe: z.boolean(),
    is_response_1_safe: z.boolean(),
    safer_response_id: which,
  })
  .transform((row): MappedRow => {
    const mapped: MappedRow = { ...(row.id === undefined ? {} : { id: row.id }), instruction: row.prompt };
    const responses = [row.response_0, row.response_1];
    const safe = [row.is_response_0_safe, row.is_response_1_safe];
    const safer = row.safer_response_id;
    if (!safe[0] && !safe[1])
      return { ...mapped, ...reject('no-safe-response', 'both responses are marked unsafe') };
    // A safe second answer is nothing to move away from: such a row serves SFT only.
    if (safe[0] && safe[1]) return { ...mapped, response: responses[safer] };
    if (!safe[safer]) {
      const detail = `safer_response_id names response ${safer}, which is marked unsafe`;
      return { ...mapped, ...reject('inconsistent-labels', detail) };
    }
    return { ...mapped, chosen: responses[safer], rejected: responses[1 - safer] };
  });

/** https://github.com/tatsu-lab/stanford_alpaca: an instruction, an input that may be empty, an output. */
const alpaca = z
  .looseObject({ id, instruction: z.string(), input: z.string().optional(), output: z.string() })
  .transform((row): MappedRow => {
    const input = row.input?.trim() ?? '';
    return {
      ...(row.id === undefined ? {} : { id: row.id }),
      instruction: input === '' ? row.instruction : `${row.instruction}\n\n${row.input}`,
      response: row.output,
    };
  });

const asObject = z.record(z.string(), z.unknown(), { error: 'a row must be a JSON object' });

/** Exports of tables write null for what is not there. */
const withoutNulls = asObject.transform((row) =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)),
);

/** How each format is read; a row with a field missing or of the wrong type fails with the field's name. */
export const rowSchemas: Record<DatasetFormat, z.ZodType<MappedRow>> = {
  sea: withoutNulls.pipe(sea),
  'pku-saferlhf': withoutNulls.pipe(pku),
  alpaca: withoutNulls.pipe(alpaca),
};

/** The format a row looks like by its fields, or undefined. */
export function detectFormat(row: unknown): DatasetFormat | undefined {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return undefined;
  if ('prompt' in row && 'response_0' in row) return 'pku-saferlhf';
  if (!('instruction' in row)) return undefined;
  if ('output' in row && !('response' in row) && !('chosen' in row)) return 'alpaca';
  return 'sea';
}
