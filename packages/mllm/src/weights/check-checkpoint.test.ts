import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { openSafetensors, writeSafetensors, type WritableTensor } from '@sea-align/compute';
import { CheckpointError } from '@sea-align/core';
import { temporaryFolder, tinyLlama, writeRandomCheckpoint } from '../testing/checkpoint.fixture.js';
import { builtInFamilies } from '../family/built-in-families.js';
import { openCheckpoint, type OpenCheckpoint } from './open-checkpoint.js';

const open = (folder: string): Promise<OpenCheckpoint> => openCheckpoint(folder, builtInFamilies);

let temporary: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  temporary = temporaryFolder();
});
afterEach(() => temporary.remove());

/** Writes the tiny checkpoint after `change` has had its way with the tensors. */
async function rewrite(
  change: (tensors: Map<string, WritableTensor>) => void,
  raw: object = tinyLlama,
): Promise<string> {
  const { folder } = temporary;
  await writeRandomCheckpoint(folder, raw);
  const file = await openSafetensors(folder);
  const tensors = new Map<string, WritableTensor>(file.names().map((name) => [name, { ...file.read(name) }]));
  file.close();
  change(tensors);
  await writeSafetensors(join(folder, 'model.safetensors'), tensors);
  return folder;
}

const norm = 'language_model.model.norm.weight';

describe('a checkpoint that does not fit its config', () => {
  it('lists missing, extra and misshapen tensors at once', async () => {
    const folder = await rewrite((tensors) => {
      tensors.delete('multi_modal_projector.linear_2.bias');
      tensors.set('language_model.model.layers.2.mlp.up_proj.weight', {
        dtype: 'F32',
        shape: [1],
        data: Float32Array.of(1),
      });
      tensors.set(norm, { dtype: 'F32', shape: [15], data: new Float32Array(15) });
    });
    const error = await open(folder).catch((caught: unknown) => caught);
    expect(CheckpointError.isInstance(error)).toBe(true);
    const { message } = error as CheckpointError;
    expect(message).toContain('3 faults');
    expect(message).toContain('missing: multi_modal_projector.linear_2.bias');
    expect(message).toContain('extra: language_model.model.layers.2.mlp.up_proj.weight');
    expect(message).toContain(`misshapen: ${norm} is [15], config.json asks for [16]`);
  });

  it('finds every tensor with NaN or infinity', async () => {
    const folder = await rewrite((tensors) => {
      for (const [name, value] of [
        [norm, NaN],
        ['multi_modal_projector.linear_1.bias', Infinity],
      ] as const) {
        (tensors.get(name)?.data as Float32Array)[3] = value;
      }
    });
    await expect(open(folder)).rejects.toThrow(/2 faults[\s\S]*linear_1\.bias[\s\S]*first at element 3/);
  });

  it('refuses integer weights', async () => {
    const folder = await rewrite((tensors) => {
      tensors.set(norm, { dtype: 'I32', shape: [16], data: new Int32Array(16) });
    });
    await expect(open(folder)).rejects.toThrow(/wrong type: language_model\.model\.norm\.weight is I32/);
  });

  it('needs lm_head unless the embeddings are tied', async () => {
    const untie = (tensors: Map<string, WritableTensor>) =>
      void tensors.delete('language_model.lm_head.weight');
    await expect(open(await rewrite(untie))).rejects.toThrow(/missing: language_model\.lm_head\.weight/);
    const tied = await open(await rewrite(untie, { ...tinyLlama, tie_word_embeddings: true }));
    expect(tied.config.tieWordEmbeddings).toBe(true);
    expect(tied.weights.has('language_model.lm_head.weight')).toBe(false);
    tied.close();
  });
});

describe('a good checkpoint', () => {
  it('has the same hash under both tensor name layouts, and ignores derived buffers', async () => {
    const plain = await open(await rewrite(() => {}));
    plain.close();
    const renamed = await open(
      await rewrite((tensors) => {
        for (const [name, tensor] of [...tensors]) {
          tensors.delete(name);
          const newer = name
            .replace(/^language_model\.model\./, 'model.language_model.')
            .replace(/^language_model\.lm_head/, 'lm_head')
            .replace(/^(vision_tower|multi_modal_projector)\./, 'model.$1.');
          tensors.set(newer, tensor);
        }
        tensors.set('model.vision_tower.vision_model.embeddings.position_ids', {
          dtype: 'I64',
          shape: [1],
          data: new BigInt64Array(1),
        });
      }),
    );
    renamed.close();
    expect(renamed.weights.names()).toEqual(plain.weights.names());
    expect(renamed.hash).toBe(plain.hash);
  });

  it('a changed weight changes the hash', async () => {
    const first = await open(await rewrite(() => {}));
    const second = await open(
      await rewrite((tensors) => {
        (tensors.get(norm)?.data as Float32Array)[0] += 1;
      }),
    );
    first.close();
    second.close();
    expect(second.hash).not.toBe(first.hash);
  });
});
