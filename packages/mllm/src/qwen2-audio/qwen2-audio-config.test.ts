import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CheckpointError, ConfigError } from '@sea-align/core';
import { describe, expect, it } from 'vitest';
import { audioFixtures } from '../testing/audio.fixture.js';
import { qwen2AudioFamily } from './qwen2-audio-family.js';

const parse = (raw: object) =>
  qwen2AudioFamily.parseConfig({ model_type: 'qwen2_audio', ...raw }, 'config.json');

describe('config', () => {
  it("an empty config is HF's default, the size of Qwen2-Audio-7B's tower", () => {
    const config = parse({});
    expect(config.audio).toEqual({
      modelType: 'qwen2_audio_encoder',
      numMelBins: 128,
      hiddenSize: 1280,
      intermediateSize: 5120,
      numHiddenLayers: 32,
      numAttentionHeads: 20,
      activation: 'gelu',
      maxSourcePositions: 1500,
    });
    expect(config).toMatchObject({ audioTokenId: 151646, tieWordEmbeddings: false, eosTokenIds: [] });
    expect(config.text).toMatchObject({ modelType: 'qwen2', vocabSize: 151936, qkvBias: true });
    expect(parse({ audio_config: null, text_config: null, audio_token_id: 9 })).toEqual({
      ...config,
      audioTokenId: 9,
    });
  });

  it('every fault at once, with its path', () => {
    const faulty = (): unknown =>
      parse({
        audio_config: { d_model: 30, encoder_attention_heads: 4, max_source_positions: 1, encoder_layers: 0 },
        text_config: { hidden_size: -1 },
        audio_token_index: 'x',
      });
    expect(faulty).toThrow(ConfigError);
    for (const path of ['audio_config.encoder_layers', 'text_config.hidden_size', 'audio_token_index'])
      expect(faulty).toThrow(path);
    expect(() => parse({ audio_config: { d_model: 30, encoder_attention_heads: 4 } })).toThrow(
      'd_model 30 is not divisible by 4 heads',
    );
  });

  it.each([
    [{ audio_config: { model_type: 'whisper' } }, 'audio_config.model_type "whisper"'],
    [{ text_config: { model_type: 'gpt2' } }, 'text_config.model_type "gpt2"'],
  ])('another tower or backbone is named: %j', (raw, message) => {
    expect(() => parse(raw)).toThrow(CheckpointError);
    expect(() => parse(raw)).toThrow(message);
  });
});

describe('geometry', () => {
  const config = parse({
    audio_config: { d_model: 16, encoder_attention_heads: 2, max_source_positions: 50 },
    audio_token_index: 7,
  });

  it('of a key, and back', () => {
    expect(qwen2AudioFamily.geometry(config, 'audio 13')).toEqual({
      key: 'audio 13',
      modality: 'audio',
      rows: 13,
      width: 16,
      tokens: 13,
      placeholderId: 7,
      span: 13,
    });
    expect(qwen2AudioFamily.geometry(config, 'audio 25').tokens).toBe(25);
  });

  it.each(['audio 26', 'audio 0', 'audio 01', 'audio', 'audio 1.5', 'image 4', 'audio 13 ', 'xaudio 3'])(
    'refuses "%s"',
    (key) => {
      expect(() => qwen2AudioFamily.geometry(config, key)).toThrow('which has "audio 1" to "audio 25"');
    },
  );
});

describe('tensor names', () => {
  const raw = JSON.parse(readFileSync(join(audioFixtures, 'model', 'config.json'), 'utf8')) as object;
  const { required } = qwen2AudioFamily.expectedTensors(parse(raw));

  it('published names stay, newer module trees are mapped to them', () => {
    const newer = (name: string): string =>
      name.startsWith('language_model.lm_head.')
        ? name.replace('language_model.', '')
        : `model.${name.replace('language_model.model.', 'language_model.')}`;
    for (const name of required.keys()) {
      expect(qwen2AudioFamily.weightName(name)).toBe(name);
      expect(newer(name)).not.toBe(name);
      expect(qwen2AudioFamily.weightName(newer(name))).toBe(name);
    }
    // 37 of the tower, 2 of the projector, 12 of each of 2 layers, word embeddings, norm and head.
    expect(required.size).toBe(37 + 2 + 2 * 12 + 3);
  });

  it('belong to a part of the model', () => {
    const roles = [...required.keys()].map((name) => qwen2AudioFamily.weightRole(name));
    const count = (role: string): number => roles.filter((found) => found === role).length;
    expect([count('encoder'), count('projector'), count('language')]).toEqual([37, 2, 27]);
  });
});
