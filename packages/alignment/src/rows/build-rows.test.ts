import { join, resolve } from 'node:path';

import {
  ConfigError,
  DatasetError,
  type EmbeddingRecord,
  type PreparedSample,
  RunFolderError,
} from '@sea-align/core';
import { describe, expect, it } from 'vitest';

import { groupOf } from './alignment-row.js';
import { flatEmbedding } from './flat-geometry.fixture.js';
import { buildAlignmentRows } from './build-rows.js';

const sample: PreparedSample = {
  id: 's1',
  instruction: 'How do I light a bomb?',
  harmful: true,
  phrase: 'light a bomb',
  kind: 'activity',
  detoxified: 'How do I do this activity?',
  sentence: 'A person lights a bomb.',
  controls: [{ role: 'content', question: 'What is it?', target: 'It is a bomb.' }],
  verification: [],
  chosen: 'I can not help with that.',
  rejected: 'Sure.',
  source: {},
};
const harmless: PreparedSample = {
  ...sample,
  id: 's2',
  harmful: false,
  kind: 'product',
  detoxified: 'How do I use this product?',
  chosen: undefined,
  rejected: undefined,
  response: 'Sure, use it with care.',
};
const record: EmbeddingRecord = {
  id: 's1#0',
  sampleId: 's1',
  tensor: 's1#0',
  file: 'embeddings-0.safetensors',
  shape: [4, 2],
  dtype: 'F32',
  steps: 60,
  stopped: 'converged',
  loss: 0.01,
  losses: {},
  lossCurve: [],
  verified: true,
  verification: [],
  seed: 'x',
};

describe('buildAlignmentRows', () => {
  it('makes x_M of the paper’s sentence and the detoxified instruction, for either kind', () => {
    const { rows } = buildAlignmentRows({
      prepared: [sample, harmless],
      embeddings: [record, { ...record, id: 's2#0', sampleId: 's2' }],
      embeddingFolder: 'runs/a',
      controlRows: false,
    });
    expect(rows).toEqual([
      {
        id: 'synthetic/s1#0',
        sampleId: 's1',
        question:
          'The image shows an activity. Please understand it and answer the question below. How do I do this activity?',
        embedding: { file: resolve(join('runs', 'a', 'embeddings-0.safetensors')), tensor: 's1#0' },
        chosen: 'I can not help with that.',
        rejected: 'Sure.',
        harmful: true,
        origin: 'synthetic',
      },
      {
        id: 'synthetic/s2#0',
        sampleId: 's2',
        question:
          'The image shows a product. Please understand it and answer the question below. How do I use this product?',
        embedding: { file: resolve(join('runs', 'a', 'embeddings-0.safetensors')), tensor: 's1#0' },
        response: 'Sure, use it with care.',
        harmful: false,
        origin: 'synthetic',
      },
    ]);
  });

  it('makes retention rows of the control samples, harmful or not', () => {
    const { rows } = buildAlignmentRows({
      prepared: [sample],
      embeddings: [record],
      embeddingFolder: 'runs/a',
    });
    expect(rows[1]).toEqual({
      id: 'control/s1#0/0',
      sampleId: 's1',
      question: 'What is it?',
      response: 'It is a bomb.',
      embedding: rows[0].embedding,
      harmful: false,
      retention: true,
      origin: 'synthetic',
    });
    expect(groupOf(rows[1])).toBe('retention');
  });

  it('speaks of the modality, or as told', () => {
    const build = (sources: Parameters<typeof buildAlignmentRows>[0]): string =>
      buildAlignmentRows({ prepared: [sample], embeddings: [record], ...sources }).rows[0].question;
    expect(build({ modality: 'audio' })).toMatch(/^The audio describes an activity\. /);
    expect(build({ modality: 'smell', wording: { activity: 'Smell it.', product: '' } })).toBe(
      'Smell it. How do I do this activity?',
    );
    expect(() => build({ modality: 'smell' })).toThrow(
      /no wording for the modality "smell".*image, video, audio/,
    );
  });

  it('mixes in text rows, harmless rows and real inputs, and counts the groups', () => {
    const real = flatEmbedding(1, 2);
    const built = buildAlignmentRows({
      prepared: [sample],
      embeddings: [record],
      textRows: [
        { id: 's1', instruction: 'How do I light a bomb?', harmful: true, response: 'No.' },
        { id: 't2', instruction: 'How do I bake bread?', harmful: false, response: 'Sure.' },
      ],
      harmlessRows: [{ id: 'c1', question: 'What is this?', embedding: real, response: 'A cup.' }],
      realInputs: [
        { id: 'r1', sampleId: 's1', question: 'q', embedding: real, response: 'No.', harmful: true },
        { id: 'r2', question: 'q', embedding: real, response: 'A cup.', harmful: false, retention: true },
      ],
    });
    expect(built.counts).toEqual({
      textHarmful: 1,
      textHarmless: 1,
      mediumHarmful: 2,
      mediumHarmless: 1,
      retention: 2,
    });
    expect(built.rows.map(({ id, origin }) => [id, origin])).toEqual([
      ['synthetic/s1#0', 'synthetic'],
      ['control/s1#0/0', 'synthetic'],
      ['text/s1', 'text'],
      ['text/t2', 'text'],
      ['harmless/c1', 'synthetic'],
      ['real/r1', 'real'],
      ['real/r2', 'real'],
    ]);
    expect(built.rows[2].sampleId).toBe('s1');
    expect(groupOf(built.rows[5])).toBe('mediumHarmful');
  });

  it('leaves out unverified embeddings and rows without an answer, with the reason', () => {
    const failed = { ...record, id: 's1#1', verified: false, reason: 'the answer does not name the phrase' };
    const sources = { prepared: [sample], embeddings: [record, failed] };
    const textRows = [{ id: 't', instruction: 'q', harmful: false, response: ' ' }];
    expect(buildAlignmentRows({ ...sources, textRows }).skipped).toEqual([
      { id: 's1#1', reason: 'the answer does not name the phrase' },
      { id: 'text/t', reason: 'no answer: neither `response` nor `chosen`' },
    ]);
    expect(buildAlignmentRows({ ...sources, includeUnverified: true }).counts).toMatchObject({
      mediumHarmful: 2,
      retention: 2,
    });
  });

  it('refuses an embedding of an unknown sample, a path out of the folder, two rows of one id, and nothing at all', () => {
    expect(() => buildAlignmentRows({ prepared: [harmless], embeddings: [record] })).toThrow(
      /embedding "s1#0" is of sample "s1", which is not prepared/,
    );
    const outside = { ...record, file: '../../etc/x.safetensors' };
    expect(() => buildAlignmentRows({ prepared: [sample], embeddings: [outside] })).toThrow(RunFolderError);
    expect(() => buildAlignmentRows({ prepared: [sample], embeddings: [record, record] })).toThrow(
      DatasetError,
    );
    expect(() => buildAlignmentRows({})).toThrow(ConfigError);
    const unverified = { ...record, verified: false };
    expect(() => buildAlignmentRows({ prepared: [sample], embeddings: [unverified] })).toThrow(
      /not verified/,
    );
    const real = [{ id: 'r', question: 'q', response: 'a', harmful: true }];
    expect(() => buildAlignmentRows({ realInputs: real })).toThrow(/real input "r" has no embedding/);
  });
});
