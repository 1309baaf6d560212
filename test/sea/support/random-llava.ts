import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeSafetensors, type WritableTensor } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { llavaFamily } from '@sea-align/mllm';
import { vocabulary } from '@sea-align/tiny-models';

const tokens = vocabulary();
const idOf = (token: string): number => tokens.indexOf(token);

const config = {
  model_type: 'llava',
  architectures: ['LlavaForConditionalGeneration'],
  image_token_index: idOf('<image>'),
  image_seq_length: 4,
  vision_feature_layer: -1,
  vision_feature_select_strategy: 'default',
  projector_hidden_act: 'gelu',
  tie_word_embeddings: false,
  vision_config: {
    model_type: 'clip_vision_model',
    hidden_size: 16,
    intermediate_size: 32,
    num_attention_heads: 2,
    num_hidden_layers: 1,
    image_size: 16,
    patch_size: 8,
  },
  text_config: {
    model_type: 'llama',
    hidden_size: 32,
    intermediate_size: 64,
    num_attention_heads: 2,
    num_hidden_layers: 2,
    num_key_value_heads: 2,
    vocab_size: tokens.length,
    max_position_embeddings: 256,
    bos_token_id: idOf('<s>'),
    eos_token_id: idOf('</s>'),
    pad_token_id: idOf('<pad>'),
    tie_word_embeddings: false,
  },
};

const template =
  "{% for message in messages %}{{ message['role'] }} : {% for item in message['content'] %}" +
  "{% if item['type'] == 'image' %}<image> {% else %}{{ item['text'] }} {% endif %}{% endfor %}{% endfor %}" +
  '{% if add_generation_prompt %}assistant :{% endif %}';

const specials = ['<unk>', '<s>', '</s>', '<pad>', '<image>'];

/** The files of a Hugging Face folder but the weights, by name. */
const files: Readonly<Record<string, unknown>> = {
  'config.json': config,
  'tokenizer.json': {
    version: '1.0',
    added_tokens: specials.map((content) => ({
      id: idOf(content),
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: null,
    decoder: null,
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      unk_token: '<unk>',
    },
  },
  'tokenizer_config.json': { bos_token: '<s>', eos_token: '</s>', pad_token: '<pad>', unk_token: '<unk>' },
  'preprocessor_config.json': {
    image_processor_type: 'CLIPImageProcessor',
    crop_size: { height: 16, width: 16 },
    do_center_crop: true,
    do_convert_rgb: true,
    do_normalize: true,
    do_rescale: true,
    do_resize: true,
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
    resample: 3,
    rescale_factor: 1 / 255,
    size: { shortest_edge: 16 },
  },
};

type Tensors = Map<string, WritableTensor>;

/** Changes to make before the folder is written. */
export interface Spoiled {
  /** Entries to lay over config.json. */
  config?: Record<string, unknown>;
  /** Edits the tensors. */
  tensors?: (tensors: Tensors) => void;
}

/**
 * Writes a LLaVA of some ten thousand random weights that speaks the toy world's words, as a Hugging Face folder.
 * It knows nothing, but every stage runs on it in seconds.
 */
export async function writeRandomLlava(folder: string, spoiled: Spoiled = {}): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [name, value] of Object.entries(files)) {
    const content = name === 'config.json' ? { ...config, ...spoiled.config } : value;
    await writeFile(path.join(folder, name), JSON.stringify(content));
  }
  await writeFile(path.join(folder, 'chat_template.jinja'), template);
  const rng = new Rng('random-llava');
  const { required } = llavaFamily.expectedTensors(llavaFamily.parseConfig(config, 'config.json'));
  const tensors: Tensors = new Map();
  for (const [name, shape] of required) {
    const draw = rng.fork(name);
    const length = shape.reduce((product, size) => product * size, 1);
    const isNorm = name.includes('norm') && name.endsWith('.weight');
    const data = Float32Array.from({ length }, () => (isNorm ? 1 : 0.15 * draw.normal()));
    tensors.set(name, { dtype: 'F32', shape, data });
  }
  spoiled.tensors?.(tensors);
  await writeSafetensors(path.join(folder, 'model.safetensors'), tensors, { format: 'pt' });
  return folder;
}
