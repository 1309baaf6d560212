import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { writeSafetensors } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { llavaFamily } from '@sea-align/mllm';

const words = 'user assistant how to do this activity bomb bread no sure cup what is it a the'.split(' ');
const specials = ['<pad>', '<s>', '</s>', '<image>', '<unk>'];
const vocabulary = [...specials, ...words];

const config = {
  model_type: 'llava',
  architectures: ['LlavaForConditionalGeneration'],
  image_token_index: 3,
  image_seq_length: 4,
  vision_feature_layer: -2,
  vision_feature_select_strategy: 'default',
  projector_hidden_act: 'gelu',
  tie_word_embeddings: false,
  vision_config: {
    model_type: 'clip_vision_model',
    hidden_size: 8,
    intermediate_size: 16,
    num_attention_heads: 2,
    num_hidden_layers: 2,
    image_size: 8,
    patch_size: 4,
  },
  text_config: {
    model_type: 'llama',
    hidden_size: 16,
    intermediate_size: 32,
    num_attention_heads: 2,
    num_hidden_layers: 2,
    num_key_value_heads: 2,
    vocab_size: vocabulary.length,
    max_position_embeddings: 64,
    bos_token_id: 1,
    eos_token_id: 2,
    pad_token_id: 0,
    tie_word_embeddings: false,
  },
};

const template =
  "<s>{% for message in messages %}{{ message['role'] }} {% for item in message['content'] %}" +
  "{% if item['type'] == 'image' %}<image> {% else %}{{ item['text'] }} {% endif %}{% endfor %}{% endfor %}" +
  '{% if add_generation_prompt %}assistant{% endif %}';

/** Writes a LLaVA of some thousand random weights, whose tokens are words, as a Hugging Face folder. */
export async function writeTinyLlava(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const json = (name: string, value: unknown): Promise<void> =>
    writeFile(join(folder, name), JSON.stringify(value));
  await json('config.json', config);
  await json('tokenizer.json', {
    version: '1.0',
    added_tokens: specials.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: null,
    decoder: null,
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(vocabulary.map((word, id) => [word, id])),
      unk_token: '<unk>',
    },
  });
  await json('tokenizer_config.json', {
    bos_token: '<s>',
    eos_token: '</s>',
    pad_token: '<pad>',
    unk_token: '<unk>',
  });
  await writeFile(join(folder, 'chat_template.jinja'), template);
  await json('preprocessor_config.json', {
    image_processor_type: 'CLIPImageProcessor',
    crop_size: { height: 8, width: 8 },
    do_center_crop: true,
    do_convert_rgb: true,
    do_normalize: true,
    do_rescale: true,
    do_resize: true,
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
    resample: 3,
    rescale_factor: 1 / 255,
    size: { shortest_edge: 8 },
  });
  const rng = new Rng('tiny-llava');
  const { required } = llavaFamily.expectedTensors(llavaFamily.parseConfig(config, 'the tiny config'));
  const tensors = [...required].map(([name, shape]) => {
    const draw = rng.fork(name);
    const length = shape.reduce((product, size) => product * size, 1);
    const isNorm = name.includes('norm') && name.endsWith('.weight');
    const data = Float32Array.from({ length }, () => (isNorm ? 1 : 0.15 * draw.normal()));
    return [name, { dtype: 'F32' as const, shape, data }] as const;
  });
  await writeSafetensors(join(folder, 'model.safetensors'), tensors, { format: 'pt' });
}
