import type { ToyModality } from '../world/modality.js';
import { chatTemplates } from './chat-templates.js';
import { specialTokens } from './special-tokens.js';
import { vocabulary } from './vocabulary.js';

/** What Hugging Face's tokenizer_config.json says besides the special tokens. */
const classes: Readonly<Record<ToyModality, Record<string, unknown>>> = {
  image: { tokenizer_class: 'PreTrainedTokenizerFast', processor_class: 'LlavaProcessor' },
  // HF's processors of these families take no other tokenizer class; the fast one reads tokenizer.json as it is.
  video: { tokenizer_class: 'Qwen2Tokenizer', processor_class: 'Qwen2VLProcessor' },
  audio: { tokenizer_class: 'Qwen2Tokenizer', processor_class: 'Qwen2AudioProcessor' },
};

/** The names under which a processor asks the tokenizer for tokens of its own. */
const extraTokens: Readonly<Record<ToyModality, Record<string, string>>> = {
  image: { image_token: '<image>' },
  video: { image_token: '<|image_pad|>', video_token: '<|video_pad|>' },
  audio: { audio_token: '<|AUDIO|>', audio_bos_token: '<|audio_bos|>', audio_eos_token: '<|audio_eos|>' },
};

/** The tokenizer files of a Hugging Face folder, by file name, ready for `JSON.stringify`. */
export function tokenizerFiles(modality: ToyModality = 'image'): Record<string, unknown> {
  const tokens = vocabulary(modality);
  const { all, unknown, begin, end, pad } = specialTokens[modality];
  const id = (token: string): number => tokens.indexOf(token);
  const added = all.map((content) => ({
    id: id(content),
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  const named = {
    ...(begin !== undefined && { bos_token: begin }),
    eos_token: end,
    unk_token: unknown,
    pad_token: pad,
  };
  return {
    'tokenizer.json': {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: { type: 'Lowercase' },
      pre_tokenizer: { type: 'Whitespace' },
      post_processor: begin === undefined ? null : beginsWith(begin, id(begin)),
      decoder: null,
      model: {
        type: 'WordLevel',
        vocab: Object.fromEntries(tokens.map((token, index) => [token, index])),
        unk_token: unknown,
      },
    },
    'tokenizer_config.json': {
      ...classes[modality],
      added_tokens_decoder: Object.fromEntries(added.map(({ id: index, ...rest }) => [index, rest])),
      ...named,
      ...(modality === 'image' && extraTokens.image),
      extra_special_tokens: extraTokens[modality],
      padding_side: 'left',
      clean_up_tokenization_spaces: false,
      model_max_length: 256,
      model_input_names: ['input_ids', 'attention_mask'],
      chat_template: chatTemplates[modality],
    },
    'special_tokens_map.json': { ...named, ...(modality === 'image' && extraTokens.image) },
  };
}

/** Puts `begin` before every text. */
function beginsWith(begin: string, id: number): unknown {
  const first = { SpecialToken: { id: begin, type_id: 0 } };
  return {
    type: 'TemplateProcessing',
    single: [first, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [first, { Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { [begin]: { id: begin, ids: [id], tokens: [begin] } },
  };
}
