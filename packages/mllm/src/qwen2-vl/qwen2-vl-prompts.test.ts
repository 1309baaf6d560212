import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '@sea-align/compute';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../load-model.js';
import { nodeEngine, temporaryFolder, writeRandomCheckpoint } from '../testing/checkpoint.fixture.js';
import { picture, pictures, qwen2VLFixtures, readProcessingFixture } from './processing.fixture.js';

const reference = readProcessingFixture();
const temporary = temporaryFolder();
let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine();
});
afterAll(async () => {
  await engine.dispose();
  temporary.remove();
});

describe('prompts', () => {
  let folder: string;
  beforeAll(async () => {
    folder = join(temporary.folder, 'text');
    cpSync(join(qwen2VLFixtures, 'tokenizer'), folder, { recursive: true });
    writeFileSync(
      join(folder, 'preprocessor_config.json'),
      JSON.stringify({ min_pixels: 28 * 28, max_pixels: 28 * 28 * 6 }),
    );
    const tokenizer = await loadTokenizerIds(folder);
    await writeRandomCheckpoint(folder, {
      model_type: 'qwen2_vl',
      vocab_size: tokenizer.size,
      hidden_size: 16,
      intermediate_size: 8,
      num_hidden_layers: 1,
      num_attention_heads: 2,
      num_key_value_heads: 1,
      max_position_embeddings: 400,
      rope_scaling: { type: 'mrope', mrope_section: [1, 1, 2] },
      image_token_id: tokenizer.image,
      video_token_id: tokenizer.video,
      eos_token_id: tokenizer.end,
      vision_config: { depth: 1, embed_dim: 8, num_heads: 1, hidden_size: 16 },
    });
  });

  async function loadTokenizerIds(path: string) {
    const json = JSON.parse(readFileSync(join(path, 'tokenizer.json'), 'utf8')) as {
      added_tokens: { id: number; content: string }[];
    };
    const id = (token: string): number =>
      json.added_tokens.find(({ content }) => content === token)?.id ?? -1;
    const size = Math.max(...json.added_tokens.map((token) => token.id)) + 1;
    return { size, image: id('<|image_pad|>'), video: id('<|video_pad|>'), end: id('<|im_end|>') };
  }

  it.each(['image', 'video'])('of transformers’ processor, for %s', async (modality) => {
    const loaded = await loadModel(folder, { engine, modality });
    const { image, video, prompts, answers, encodings } = reference.prompts;
    const medium = await loaded.preprocess(
      modality === 'image'
        ? picture(image[0], image[1])
        : { frames: pictures(video[0], video[1], video[2]), framesPerSecond: 5 },
    );
    const own = prompts.filter((turn) => turn.medium === undefined || turn.medium === modality);
    expect(own).toHaveLength(4);
    for (const { question, system, medium: shown, ids, text } of own) {
      const prompt = loaded.prompt({
        question,
        system,
        medium: shown === undefined ? false : medium.geometry,
      });
      expect(prompt.ids, text).toEqual(ids);
      expect(prompt.mediumAt).toBe(shown === undefined ? -1 : ids.indexOf(medium.geometry.placeholderId));
    }
    for (const { answer, ids } of answers) expect(loaded.answerIds(answer), answer).toEqual(ids);
    for (const { text, ids } of encodings) expect(loaded.tokenizer.encode(text), text).toEqual(ids);
    await loaded.release();
  });

  it('are the same without a chat template', async () => {
    const bare = join(temporary.folder, 'bare');
    cpSync(folder, bare, { recursive: true, filter: (path) => !path.endsWith('chat_template.json') });
    const models = await Promise.all([folder, bare].map((path) => loadModel(path, { engine })));
    for (const turn of [{ question: 'a' }, { question: 'What is it?', medium: true, system: 'Be brief.' }]) {
      expect(models[1].prompt(turn)).toEqual(models[0].prompt(turn));
    }
    expect(models[1].answerIds('The ball.')).toEqual(models[0].answerIds('The ball.'));
    await Promise.all(models.map((one) => one.release()));
  });
});
