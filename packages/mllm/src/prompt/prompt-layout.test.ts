import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '@sea-align/compute';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadModel } from '../load-model.js';
import type { MultimodalModel } from '../multimodal-model.js';
import {
  nodeEngine,
  temporaryFolder,
  tinyLlama,
  writeRandomCheckpoint,
  writeTokenizer,
} from '../testing/checkpoint.fixture.js';

// Four patches, so four modality tokens. Ids: USER: 8, ASSISTANT: 9, what 10, is 11, it 12, ? 13, bomb 14, cup 15, system 17.
const image = [7, 7, 7, 7];
let temporary: ReturnType<typeof temporaryFolder>;
let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine();
});
afterAll(() => engine.dispose());
beforeEach(async () => {
  temporary = temporaryFolder();
  await writeRandomCheckpoint(temporary.folder, tinyLlama);
  writeTokenizer(temporary.folder, 61);
  return () => temporary.remove();
});

async function withModel<T>(use: (model: MultimodalModel) => T): Promise<T> {
  const model = await loadModel(temporary.folder, { engine });
  try {
    return use(model);
  } finally {
    await model.release();
  }
}

const write = (file: string, content: string | object): void =>
  writeFileSync(
    join(temporary.folder, file),
    typeof content === 'string' ? content : JSON.stringify(content),
  );

describe('without a chat template', () => {
  it('is LLaVA-1.5’s prompt, placeholder expanded', async () => {
    await withModel((model) => {
      expect(model.prompt({ question: 'what is it ?', medium: true })).toEqual({
        ids: [1, 8, ...image, 10, 11, 12, 13, 9],
        mediumAt: 2,
      });
      expect(model.prompt({ question: 'what ?', system: 'system' })).toEqual({
        ids: [1, 17, 8, 10, 13, 9],
        mediumAt: -1,
      });
      expect(model.answerIds('it is a bomb')).toEqual([12, 11, 16, 14, 2]);
      expect(model.answerIds('')).toEqual([2]);
      expect(model.tokenizer.decode([12, 11, 14, 2])).toBe('it is bomb');
    });
  });

  it('refuses a question that holds the placeholder', async () => {
    await withModel((model) => {
      expect(() => model.prompt({ question: 'what is <image> ?' })).toThrow(/placeholder <image>/);
    });
  });
});

describe('chat templates', () => {
  // The template of llava-hf/llava-1.5-7b-hf, in essence: images first, then text.
  const llava =
    "{% for message in messages %}{{ message['role'].upper() + ': ' }}" +
    "{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\n' }}{% endfor %}" +
    "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}{{ content['text'] + ' ' }}{% endfor %}" +
    "{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}";

  it('chat_template.json', async () => {
    write('chat_template.json', { chat_template: llava });
    await withModel((model) => {
      expect(model.prompt({ question: 'what is it ?', medium: true }).ids).toEqual([
        1,
        8,
        ...image,
        10,
        11,
        12,
        13,
        9,
      ]);
      expect(model.answerIds('a cup')).toEqual([16, 15, 2]);
    });
  });

  it('chat_template.jinja comes first; templates for text get the placeholder in the text', async () => {
    write('chat_template.json', { chat_template: llava });
    write(
      'chat_template.jinja',
      "{{ bos_token }} {% for m in messages %}{{ m['role'] + ' ' + m['content'] + ' ' }}{% endfor %}{% if add_generation_prompt %}ASSISTANT:{% endif %}",
    );
    await withModel((model) => {
      // The template writes <s> itself, so it is not added a second time; "user" is unknown (3).
      expect(model.prompt({ question: 'what ?', medium: true })).toEqual({
        ids: [1, 3, ...image, 10, 13, 9],
        mediumAt: 2,
      });
    });
  });

  it('named templates of tokenizer_config.json', async () => {
    const chat_template = [
      { name: 'tool_use', template: 'nothing' },
      { name: 'default', template: llava.replaceAll('ASSISTANT', 'system') },
    ];
    writeTokenizer(temporary.folder, 61, { chat_template });
    await withModel((model) => expect(model.prompt({ question: 'what ?' }).ids.at(-1)).toBe(3));
  });

  it('a template that loses the image or the question is an error', async () => {
    write('chat_template.jinja', '{{ messages | length }}');
    await withModel((model) => {
      expect(() => model.prompt({ question: 'what ?', medium: true })).toThrow(
        /renders 0 placeholders "<image>"/,
      );
    });
  });

  it('a template that is no Jinja is an error with its file', async () => {
    write('chat_template.jinja', '{% for %}');
    await expect(loadModel(temporary.folder, { engine })).rejects.toThrow(/chat_template\.jinja/);
  });
});

describe('special tokens', () => {
  it('generation_config.json decides what ends an answer; the tokenizer’s own always does', async () => {
    write('generation_config.json', { eos_token_id: [14, 15] });
    await withModel((model) => expect(model.eosTokenIds).toEqual([14, 15, 2]));
  });

  it('a tokenizer of another checkpoint is found out', async () => {
    write('config.json', { ...tinyLlama, image_token_index: 60 });
    const model = await loadModel(temporary.folder, { engine });
    expect(model.prompt({ question: 'what', medium: true }).ids).toContain(60);
    await model.release();
    write('config.json', {
      ...tinyLlama,
      image_token_index: 61,
      text_config: { ...tinyLlama.text_config, vocab_size: 61 },
    });
    await expect(loadModel(temporary.folder, { engine })).rejects.toThrow(/image token 61 of config.json/);
  });
});
