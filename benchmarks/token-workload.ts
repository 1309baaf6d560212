import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSafetensors } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import type { MultimodalModel, PackedMember } from '@sea-align/mllm';

/** Rank and the like of both sides' LoRA. */
export const lora = {
  rank: 8,
  alpha: 16,
  targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
  learningRate: 1e-4,
};

export const beta = 0.1;

/** A training row as token ids; `embedding` is the index of its medium. */
export interface TokenRow {
  prompt: number[];
  chosen: number[];
  rejected: number[];
  embedding?: number;
}

/** Random tokens in the lengths of real prompts: what both sides of a comparison are given. */
export interface TokenWorkload {
  prefixIds: number[];
  members: PackedMember[];
  rows: TokenRow[];
  learningRate: number;
}

/** Two control samples an embedding: 15 tokens of question, 16 of answer, nothing shared. */
export async function tokenWorkload(
  model: MultimodalModel,
  count: number,
  controls = 2,
): Promise<TokenWorkload> {
  const rng = new Rng('token workload');
  const { vocabSize } = model.config.text;
  const words = (length: number): number[] =>
    Array.from({ length }, () => 10 + rng.int(Math.min(vocabSize, 30_000) - 10));
  const [blank] = await model.encode([await model.blankMedium()]);
  const scale = Math.sqrt(blank.values.reduce((sum, value) => sum + value * value, 0) / blank.values.length);
  const { tokens, placeholderId } = model.geometry;
  const media = new Array<number>(tokens).fill(placeholderId);
  return {
    prefixIds: words(tokens > 100 ? 35 : 5),
    members: Array.from({ length: count }, () => ({
      embedding: { ...blank, values: blank.values.map((value) => value + 0.5 * scale * rng.normal()) },
      branches: Array.from({ length: controls }, () => ({ promptIds: words(15), targetIds: words(16) })),
    })),
    rows: [
      ...Array.from({ length: 2 }, () => ({ prompt: words(40), chosen: words(24), rejected: words(24) })),
      ...Array.from({ length: 2 }, (_, embedding) => ({
        prompt: [...words(5), ...media, ...words(20)],
        chosen: words(24),
        rejected: words(24),
        embedding,
      })),
    ],
    learningRate: 0.2 * scale,
  };
}

/** The same workload as files for the Python side. */
export async function writeJob(
  model: MultimodalModel,
  workload: TokenWorkload,
  threads: number,
): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'sea-bench-job-'));
  const { prefixIds, members, rows, learningRate } = workload;
  const job = {
    model: model.folder,
    threads,
    learningRate,
    prefix: prefixIds,
    members: members.map(({ branches }) =>
      branches.map(({ promptIds, targetIds }) => [promptIds, targetIds]),
    ),
    placeholder: model.geometry.placeholderId,
    lora,
    beta,
    rows,
  };
  await writeFile(join(folder, 'job.json'), JSON.stringify(job));
  const size = members[0].embedding.values.length;
  const data = new Float32Array(members.length * size);
  members.forEach(({ embedding }, at) => data.set(embedding.values, at * size));
  const { rows: height, width } = model.geometry;
  await writeSafetensors(join(folder, 'embeddings.safetensors'), [
    ['embeddings', { dtype: 'F32', shape: [members.length, height, width], data }],
  ]);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
