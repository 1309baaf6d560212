import { CheckpointError, ConfigError } from '@sea-align/core';
import { describe, expect, it } from 'vitest';
import { builtInFamilies } from '../family/built-in-families.js';
import { findFamily } from '../family/find-family.js';
import type { LlavaConfig } from './llava-config.js';
import { llavaFamily } from './llava-family.js';

function parse(raw: unknown): LlavaConfig {
  expect(findFamily(raw, 'config.json', builtInFamilies)).toBe(llavaFamily);
  return llavaFamily.parseConfig(raw, 'config.json');
}

describe('defaults', () => {
  // Expected values: the constructors of LlavaConfig, CLIPVisionConfig, LlamaConfig, MistralConfig, Qwen2Config in transformers.
  it('an empty LLaVA config is LLaVA-1.5-7B with CLIP ViT-L/14 at 336 pixels', () => {
    const config = parse({ model_type: 'llava' });
    expect(config).toMatchObject({
      imageTokenId: 32000,
      projectorHiddenAct: 'gelu',
      projectorBias: true,
      visionFeatureLayers: [-2],
      visionFeatureSelectStrategy: 'default',
      tieWordEmbeddings: false,
    });
    expect(config.vision).toEqual({
      modelType: 'clip_vision_model',
      hiddenSize: 1024,
      intermediateSize: 4096,
      numHiddenLayers: 24,
      numAttentionHeads: 16,
      numChannels: 3,
      imageSize: 336,
      patchSize: 14,
      hiddenAct: 'quick_gelu',
      layerNormEps: 1e-5,
    });
    expect(config.text).toMatchObject({
      modelType: 'llama',
      vocabSize: 32000,
      hiddenSize: 4096,
      intermediateSize: 11008,
      numHiddenLayers: 32,
      numAttentionHeads: 32,
      numKeyValueHeads: 32,
      headDim: 128,
      hiddenAct: 'silu',
      rmsNormEps: 1e-6,
      maxPositionEmbeddings: 2048,
      ropeTheta: 10000,
      qkvBias: false,
      eosTokenIds: [2],
    });
  });

  it('a vision_config that is there takes CLIPVisionConfig’s own defaults', () => {
    expect(parse({ model_type: 'llava', vision_config: {} }).vision).toMatchObject({
      hiddenSize: 768,
      intermediateSize: 3072,
      numHiddenLayers: 12,
      numAttentionHeads: 12,
      imageSize: 224,
      patchSize: 32,
    });
  });

  it('mistral', () => {
    const { text } = parse({ model_type: 'llava', text_config: { model_type: 'mistral' } });
    expect(text).toMatchObject({
      intermediateSize: 14336,
      numKeyValueHeads: 8,
      qkvBias: false,
      rmsNormEps: 1e-6,
    });
    expect(text.maxPositionEmbeddings).toBe(131072);
    expect(text.slidingWindows).toEqual(new Array(32).fill(4096));
    const without = parse({
      model_type: 'llava',
      text_config: { model_type: 'mistral', sliding_window: null },
    });
    expect(without.text.slidingWindows.every((window) => window === undefined)).toBe(true);
  });

  it('qwen2', () => {
    const { text } = parse({
      model_type: 'llava',
      text_config: { model_type: 'qwen2', num_hidden_layers: 3 },
    });
    expect(text).toMatchObject({
      vocabSize: 151936,
      intermediateSize: 22016,
      numKeyValueHeads: 32,
      maxPositionEmbeddings: 32768,
      qkvBias: true,
      outputBias: false,
      eosTokenIds: [],
    });
    expect(text.slidingWindows).toEqual([undefined, undefined, undefined]);
    const sliding = {
      model_type: 'qwen2',
      num_hidden_layers: 3,
      use_sliding_window: true,
      max_window_layers: 2,
    };
    expect(parse({ model_type: 'llava', text_config: sliding }).text.slidingWindows).toEqual([
      undefined,
      undefined,
      4096,
    ]);
  });

  it('an explicit null means as many key/value heads as heads', () => {
    const text = {
      model_type: 'mistral',
      num_attention_heads: 4,
      num_key_value_heads: null,
      hidden_size: 32,
    };
    expect(parse({ model_type: 'llava', text_config: text }).text).toMatchObject({
      numKeyValueHeads: 4,
      headDim: 8,
    });
  });

  it('rope parameters of newer configs', () => {
    const text = { rope_parameters: { rope_type: 'linear', factor: 2, rope_theta: 500 } };
    expect(parse({ model_type: 'llava', text_config: text }).text).toMatchObject({
      ropeTheta: 500,
      ropeScaling: { type: 'linear', factor: 2 },
    });
  });

  it('tied word embeddings: the text config decides, else the top level', () => {
    const tied = (top: object, text: object) =>
      parse({ model_type: 'llava', ...top, text_config: text }).tieWordEmbeddings;
    expect(tied({}, {})).toBe(false);
    expect(tied({ tie_word_embeddings: true }, {})).toBe(true);
    expect(tied({ tie_word_embeddings: true }, { tie_word_embeddings: false })).toBe(false);
    expect(tied({}, { tie_word_embeddings: true })).toBe(true);
  });
});

describe('faults', () => {
  it('lists every fault with its path', () => {
    const raw = {
      model_type: 'llava',
      vision_feature_select_strategy: 'half',
      projector_hidden_act: 'constructor',
      vision_config: { hidden_size: 10, num_attention_heads: 3, image_size: -1 },
      text_config: {
        num_attention_heads: 6,
        num_key_value_heads: 4,
        rope_scaling: { rope_type: 'yarn', factor: 2 },
      },
    };
    const error = catchError(() => parse(raw));
    expect(ConfigError.isInstance(error)).toBe(true);
    const { issues } = error as ConfigError;
    expect(issues.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['vision_feature_select_strategy', 'projector_hidden_act']),
    );
    const nested = catchError(() =>
      parse({ model_type: 'llava', vision_config: raw.vision_config, text_config: raw.text_config }),
    );
    const paths = (nested as ConfigError).issues.map(({ path }) => path);
    expect(paths).toContain('vision_config.image_size');
    expect(paths).toContain('text_config.rope_scaling');
    expect((nested as ConfigError).message).toContain('default, linear, llama3');
  });

  it('refuses a feature layer that the tower does not have', () => {
    const raw = { model_type: 'llava', vision_config: { num_hidden_layers: 3 }, vision_feature_layer: -5 };
    expect(() => parse(raw)).toThrow(/vision_feature_layer: -5 is not one of the 4 hidden states/);
  });

  it.each([
    [{ model_type: 'idefics' }, 'model_type "idefics"'],
    [{}, 'model_type "(absent)"'],
    [{ model_type: 'llava', vision_config: { model_type: 'siglip_vision_model' } }, 'siglip_vision_model'],
    [{ model_type: 'llava', text_config: { model_type: 'gemma' } }, 'gemma'],
  ])('names what is unsupported and what is supported: %j', (raw, named) => {
    const error = catchError(() => parse(raw));
    expect(CheckpointError.isInstance(error)).toBe(true);
    expect((error as CheckpointError).code).toBe('SEA_UNSUPPORTED_ARCHITECTURE');
    expect((error as CheckpointError).message).toContain(named);
    expect((error as CheckpointError).message).toContain('llama, mistral, qwen2');
  });
});

function catchError(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
