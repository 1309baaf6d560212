import { specialTokens, vocabulary } from './vocabulary.js';

/** LLaVA-1.5's turn layout; a message's content may be a string or a list of parts. */
export const chatTemplate =
  "{% for message in messages %}{% if message['role'] != 'system' %}{{ message['role'].upper() + ': ' }}{% endif %}" +
  "{% if message['content'] is string %}{{ message['content'] + ' ' }}{% else %}" +
  "{% for part in message['content'] %}{% if part['type'] == 'image' %}{{ '<image>\\n' }}{% endif %}{% endfor %}" +
  "{% for part in message['content'] %}{% if part['type'] == 'text' %}{{ part['text'] + ' ' }}{% endif %}{% endfor %}" +
  "{% endif %}{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}";

/** The tokenizer files of a Hugging Face folder, by file name, ready for `JSON.stringify`. */
export function tokenizerFiles(): Record<string, unknown> {
  const tokens = vocabulary();
  const id = (token: string): number => tokens.indexOf(token);
  const added = Object.values(specialTokens).map((content) => ({
    id: id(content),
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  const { unknown, begin, end, pad, image } = specialTokens;
  return {
    'tokenizer.json': {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: { type: 'Lowercase' },
      pre_tokenizer: { type: 'Whitespace' },
      post_processor: {
        type: 'TemplateProcessing',
        single: [{ SpecialToken: { id: begin, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
        pair: [
          { SpecialToken: { id: begin, type_id: 0 } },
          { Sequence: { id: 'A', type_id: 0 } },
          { Sequence: { id: 'B', type_id: 1 } },
        ],
        special_tokens: { [begin]: { id: begin, ids: [id(begin)], tokens: [begin] } },
      },
      decoder: null,
      model: {
        type: 'WordLevel',
        vocab: Object.fromEntries(tokens.map((token, index) => [token, index])),
        unk_token: unknown,
      },
    },
    'tokenizer_config.json': {
      tokenizer_class: 'PreTrainedTokenizerFast',
      added_tokens_decoder: Object.fromEntries(added.map(({ id: index, ...rest }) => [index, rest])),
      bos_token: begin,
      eos_token: end,
      unk_token: unknown,
      pad_token: pad,
      image_token: image,
      extra_special_tokens: { image_token: image },
      processor_class: 'LlavaProcessor',
      padding_side: 'left',
      clean_up_tokenization_spaces: false,
      model_max_length: 256,
      model_input_names: ['input_ids', 'attention_mask'],
      chat_template: chatTemplate,
    },
    'special_tokens_map.json': {
      bos_token: begin,
      eos_token: end,
      unk_token: unknown,
      pad_token: pad,
      image_token: image,
    },
  };
}
