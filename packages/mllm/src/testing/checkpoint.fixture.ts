import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createEngine, writeSafetensors, type Engine } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { builtInFamilies } from '../family/built-in-families.js';
import type { Family } from '../family/family.js';
import { findFamily } from '../family/find-family.js';
import type { Embedding, MediumGeometry } from '../family/medium-geometry.js';

/** Golden checkpoints and cases of this package, written by tools/reference/make_golden_*.py. */
export const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));

/** Golden files that a workspace may have beside the repository. */
export const sharedGolden = fileURLToPath(new URL('../../../../../shared/golden', import.meta.url));

export const nextFixture = 'llava_next_qwen2_tied_bf16';

/** LLaVA-1.5 checkpoints. */
export const fixtureModels = [
  'llama_llama3rope_full',
  'mistral_window_two_layers',
  'qwen2_tied_sharded_bf16',
];

export function nodeEngine(): Promise<Engine> {
  return createEngine({ backend: 'onnxruntime-node', threads: 2 });
}

/** A folder that is removed by `remove`. */
export function temporaryFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'sea-mllm-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A fixture checkpoint with a word-level tokenizer ("w8" … "w60", "USER:", "ASSISTANT:"). */
export function textCheckpoint(name: string, into: string): string {
  const folder = join(into, name);
  cpSync(join(fixtures, name), folder, { recursive: true });
  writeTokenizer(folder, 61);
  return folder;
}

const words = ['USER:', 'ASSISTANT:', 'what', 'is', 'it', '?', 'bomb', 'cup', 'a', 'system'];

/** Vocabulary: 0 <pad>, 1 <s>, 2 </s>, 3 <unk>, 7 <image>, then words. */
export function writeTokenizer(folder: string, size: number, extra: Record<string, unknown> = {}): void {
  const vocabulary: Record<string, number> = { '<pad>': 0, '<s>': 1, '</s>': 2, '<unk>': 3, '<image>': 7 };
  for (let id = 4; id < size; id++)
    if (id !== 7) vocabulary[id < 8 ? `x${id}` : (words[id - 8] ?? `w${id}`)] = id;
  const special = (id: number, content: string): object => ({
    id,
    content,
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
  });
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [
      special(0, '<pad>'),
      special(1, '<s>'),
      special(2, '</s>'),
      special(3, '<unk>'),
      special(7, '<image>'),
    ],
    normalizer: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
      special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
    },
    decoder: null,
    model: { type: 'WordLevel', vocab: vocabulary, unk_token: '<unk>' },
  };
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  const config = { bos_token: '<s>', eos_token: '</s>', pad_token: '<pad>', unk_token: '<unk>', ...extra };
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(config));
}

/** An embedding of normal numbers. */
export function randomEmbedding(geometry: MediumGeometry, rng: Rng, scale = 1): Embedding {
  const values = Float32Array.from({ length: geometry.rows * geometry.width }, () => scale * rng.normal());
  return { values, geometry };
}

/** A random checkpoint of the given config. */
export async function writeRandomCheckpoint(
  folder: string,
  raw: object,
  { seed = 1, families = builtInFamilies }: { seed?: number; families?: readonly Family[] } = {},
): Promise<void> {
  writeFileSync(join(folder, 'config.json'), JSON.stringify(raw));
  const rng = new Rng(seed);
  const family = findFamily(raw, 'config.json', families);
  const { required } = family.expectedTensors(family.parseConfig(raw, 'config.json'));
  await writeSafetensors(
    join(folder, 'model.safetensors'),
    [...required].map(([name, shape]) => {
      const draw = rng.fork(name);
      const size = shape.reduce((product, extent) => product * extent, 1);
      const centre = name.includes('norm') && name.endsWith('weight') ? 1 : 0;
      return [
        name,
        {
          dtype: 'F32' as const,
          shape,
          data: Float32Array.from({ length: size }, () => centre + 0.1 * draw.normal()),
        },
      ];
    }),
  );
}

export const tinyLlama = {
  model_type: 'llava',
  image_token_index: 7,
  text_config: {
    model_type: 'llama',
    vocab_size: 61,
    hidden_size: 16,
    intermediate_size: 24,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    max_position_embeddings: 128,
  },
  vision_config: {
    model_type: 'clip_vision_model',
    hidden_size: 12,
    intermediate_size: 16,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    image_size: 8,
    patch_size: 4,
  },
};

export function hasSharedGolden(): boolean {
  return existsSync(join(sharedGolden, 'llava15_llama'));
}
