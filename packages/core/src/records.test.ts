import { describe, expect, it } from 'vitest';
import type { z } from 'zod';

import {
  answerRecordSchema,
  embeddingRecordSchema,
  instructionRecordSchema,
  preparedSampleSchema,
  rejectedRowSchema,
} from './records.js';

const instruction = { id: 'i1', instruction: 'How do I use a kite?', harmful: false };
const prepared = {
  id: 'p1',
  instruction: 'How do I use a kite?',
  harmful: false,
  phrase: 'kite',
  kind: 'product',
  detoxified: 'How do I use this product?',
  sentence: 'The image shows a kite.',
  controls: [{ role: 'content', question: 'What is shown?', target: 'The image shows a kite.' }],
  verification: [{ question: 'What is shown?', expect: ['kite'] }],
  source: { file: 'a.jsonl', line: 3 },
};
const embedding = {
  id: 'e1',
  sampleId: 'p1',
  tensor: 'e1',
  file: 'embeddings-00001.safetensors',
  shape: [16, 32],
  dtype: 'F32',
  steps: 12,
  stopped: 'converged',
  loss: 0.1,
  losses: { content: 0.1, style: 0.1 },
  lossCurve: [2, 0.1],
  verified: true,
  verification: [{ question: 'What is shown?', answer: 'a kite', passed: true }],
  seed: '7/e1',
};
const answer = {
  id: 'a1',
  arm: 'sea-sft',
  condition: 'image-seen-harmful',
  question: 'q',
  answer: '',
  verdict: 'refused',
  judge: 'refusal-phrases',
};

const paths = (schema: z.ZodType, value: unknown): string[] =>
  schema.safeParse(value).error?.issues.map((issue) => issue.path.join('.')) ?? [];

describe('records', () => {
  it.each([
    ['instruction', instructionRecordSchema, instruction],
    ['prepared', preparedSampleSchema, prepared],
    ['embedding', embeddingRecordSchema, embedding],
    ['answer', answerRecordSchema, answer],
    ['rejected', rejectedRowSchema, { id: 'r', line: 2, reason: 'phrase not found', row: { any: 'thing' } }],
  ] as const)(
    '%s: a whole record passes unchanged; an unknown key and a missing id do not',
    (_name, schema, record) => {
      expect(schema.parse(record)).toEqual(record);
      expect(schema.safeParse({ ...record, surprise: 1 }).success).toBe(false);
      expect(paths(schema, { ...record, id: undefined })).toEqual(['id']);
    },
  );

  it('names every field that is wrong', () => {
    expect(paths(instructionRecordSchema, { id: '', instruction: '  ', harmful: 'yes' })).toEqual([
      'id',
      'instruction',
      'harmful',
    ]);
    expect(
      paths(preparedSampleSchema, {
        ...prepared,
        controls: [],
        verification: [{ question: 'q', expect: [] }],
      }),
    ).toEqual(['controls', 'verification.0.expect']);
  });

  it('chosen and rejected come together', () => {
    const pair = { chosen: 'No.', rejected: 'Sure.' };
    expect(instructionRecordSchema.safeParse({ ...instruction, ...pair }).success).toBe(true);
    expect(paths(instructionRecordSchema, { ...instruction, chosen: 'No.' })).toEqual(['chosen']);
    expect(paths(preparedSampleSchema, { ...prepared, rejected: 'Sure.' })).toEqual(['chosen']);
  });

  it('a diverged loss survives JSON, where NaN and infinity become null', () => {
    const diverged = {
      ...embedding,
      loss: Number.NaN,
      lossCurve: [1, Infinity],
      losses: { content: Number.NaN },
    };
    const read = embeddingRecordSchema.parse(JSON.parse(JSON.stringify(diverged)));
    expect(read).toMatchObject({
      loss: Number.NaN,
      lossCurve: [1, Number.NaN],
      losses: { content: Number.NaN },
    });
  });
});
