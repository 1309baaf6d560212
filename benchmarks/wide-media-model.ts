import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSafetensors, writeSafetensors, type WritableTensor } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { tinyModelFolder } from './tiny-workload.js';

const positionTensor = 'vision_tower.vision_model.embeddings.position_embedding.weight';
const positionIds = 'vision_tower.vision_model.embeddings.position_ids';

/** As many modality tokens as LLaVA-1.5: 24 x 24. */
export const wideMediaTokens = 576;

/**
 * The tiny LLaVA with larger images, so that a medium has as many tokens as LLaVA-1.5's; what it answers means nothing, what
 * a step costs does. Returns the folder and what removes it.
 */
export async function wideMediaModel(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'sea-bench-model-'));
  await cp(tinyModelFolder(), folder, { recursive: true });
  const change = async (file: string, edit: (content: Record<string, never>) => object) => {
    const path = join(folder, file);
    const content = JSON.parse(await readFile(path, 'utf8')) as Record<string, never>;
    await writeFile(path, JSON.stringify({ ...content, ...edit(content) }));
  };
  let width = 0;
  let imageSize = 0;
  await change('config.json', ({ vision_config, text_config }) => {
    const vision = vision_config as { hidden_size: number; patch_size: number };
    width = vision.hidden_size;
    imageSize = vision.patch_size * Math.sqrt(wideMediaTokens);
    return {
      image_seq_length: wideMediaTokens,
      vision_config: { ...vision, image_size: imageSize },
      text_config: { ...(text_config as object), max_position_embeddings: 2048 },
    };
  });
  await change('preprocessor_config.json', () => ({
    size: { shortest_edge: imageSize },
    crop_size: { height: imageSize, width: imageSize },
  }));
  const path = join(folder, 'model.safetensors');
  const file = await openSafetensors(path);
  const rng = new Rng('wide media');
  const tensors = new Map<string, WritableTensor>();
  for (const name of file.names()) {
    const { data, shape, dtype } = file.read(name);
    if (name !== positionIds) tensors.set(name, { data, shape, dtype });
  }
  file.close();
  const rows = wideMediaTokens + 1;
  const positions = new Float32Array(rows * width).map(() => 0.1 * rng.normal());
  tensors.set(positionTensor, { data: positions, shape: [rows, width], dtype: 'float32' });
  await writeSafetensors(path, tensors, { format: 'pt' });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
