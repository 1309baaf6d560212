import type { ToyModality } from '../world/modality.js';

const qwenTurn = (medium: string, before = ''): string =>
  before +
  "{% for message in messages %}{% if loop.first and message['role'] != 'system' %}" +
  '{{ "<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n" }}{% endif %}' +
  "{{ '<|im_start|>' + message['role'] + '\\n' }}" +
  "{% if message['content'] is string %}{{ message['content'] }}{% else %}" +
  `{% for content in message['content'] %}${medium}` +
  "{% elif 'text' in content %}{{ content['text'] }}{% endif %}{% endfor %}{% endif %}" +
  "{{ '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/**
 * Chat templates by modality, laying turns out as the published models of each family do; a message's content may be a string
 * or a list of parts.
 */
export const chatTemplates: Readonly<Record<ToyModality, string>> = {
  image:
    "{% for message in messages %}{% if message['role'] != 'system' %}{{ message['role'].upper() + ': ' }}{% endif %}" +
    "{% if message['content'] is string %}{{ message['content'] + ' ' }}{% else %}" +
    "{% for part in message['content'] %}{% if part['type'] == 'image' %}{{ '<image>\\n' }}{% endif %}{% endfor %}" +
    "{% for part in message['content'] %}{% if part['type'] == 'text' %}{{ part['text'] + ' ' }}{% endif %}{% endfor %}" +
    "{% endif %}{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}",
  video: qwenTurn(
    "{% if content['type'] == 'image' or 'image' in content or 'image_url' in content %}" +
      "{{ '<|vision_start|><|image_pad|><|vision_end|>' }}" +
      "{% elif content['type'] == 'video' or 'video' in content %}" +
      "{{ '<|vision_start|><|video_pad|><|vision_end|>' }}",
  ),
  audio: qwenTurn(
    "{% if content['type'] == 'audio' or 'audio' in content or 'audio_url' in content %}" +
      '{% set audios.count = audios.count + 1 %}' +
      "{{ 'Audio ' ~ audios.count ~ ': <|audio_bos|><|AUDIO|><|audio_eos|>\\n' }}",
    '{% set audios = namespace(count=0) %}',
  ),
};
