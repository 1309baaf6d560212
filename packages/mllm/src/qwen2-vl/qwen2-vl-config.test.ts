import { ConfigError } from '@sea-align/core';
import { describe, expect, it } from 'vitest';
import { qwen2VLFamily } from './qwen2-vl-family.js';

const parse = (raw: object) => qwen2VLFamily.parseConfig({ model_type: 'qwen2_vl', ...raw }, 'config.json');
const rope = { rope_scaling: { type: 'mrope', mrope_section: [16, 24, 24] } };

describe('defaults', () => {
  // The constructors of Qwen2VLConfig, Qwen2VLTextConfig and Qwen2VLVisionConfig in transformers 4.57.
  it('are Hugging Face’s', () => {
    const config = parse({ ...rope, vision_config: { hidden_size: 8192 } });
    expect(config).toMatchObject({
      imageTokenId: 151655,
      videoTokenId: 151656,
      tieWordEmbeddings: false,
      eosTokenIds: [],
      padTokenId: undefined,
    });
    expect(config.vision).toEqual({
      depth: 32,
      embedDim: 1280,
      hiddenSize: 8192,
      mlpDim: 5120,
      numHeads: 16,
      hiddenAct: 'quick_gelu',
      inChannels: 3,
      patchSize: 14,
      temporalPatchSize: 2,
      spatialMergeSize: 2,
    });
    expect(config.text).toMatchObject({
      vocabSize: 152064,
      hiddenSize: 8192,
      intermediateSize: 29568,
      numHiddenLayers: 80,
      numAttentionHeads: 64,
      numKeyValueHeads: 8,
      headDim: 128,
      hiddenAct: 'silu',
      rmsNormEps: 1e-5,
      maxPositionEmbeddings: 32768,
      ropeTheta: 1000000,
      ropeScaling: { type: 'default' },
      mropeSection: [16, 24, 24],
      qkvBias: true,
      outputBias: false,
    });
    expect(config.text.slidingWindows.every((window) => window === undefined)).toBe(true);
  });

  it('the published Qwen2-VL-7B', () => {
    const config = parse({
      architectures: ['Qwen2VLForConditionalGeneration'],
      bos_token_id: 151643,
      eos_token_id: 151645,
      vision_token_id: 151654,
      hidden_size: 3584,
      intermediate_size: 18944,
      max_window_layers: 28,
      num_attention_heads: 28,
      num_hidden_layers: 28,
      num_key_value_heads: 4,
      rms_norm_eps: 1e-6,
      sliding_window: 32768,
      tie_word_embeddings: false,
      use_sliding_window: false,
      vision_config: { in_chans: 3, model_type: 'qwen2_vl', spatial_patch_size: 14 },
      vocab_size: 152064,
      ...rope,
    });
    expect(config.eosTokenIds).toEqual([151645]);
    expect(config.vision.hiddenSize).toBe(3584);
    const { required } = qwen2VLFamily.expectedTensors(config);
    // 28 layers of 12, embed_tokens, norm, lm_head; 32 blocks of 12, patch_embed, merger's 6.
    expect(required.size).toBe(28 * 12 + 3 + 32 * 12 + 1 + 6);
    expect(required.get('visual.merger.mlp.2.weight')).toEqual([3584, 5120]);
    expect(required.get('visual.patch_embed.proj.weight')).toEqual([1280, 3, 2, 14, 14]);
    expect(required.get('model.layers.0.self_attn.k_proj.weight')).toEqual([512, 3584]);
    expect(qwen2VLFamily.geometry(config, 'image 4x6').span).toBe(3);
  });
});

describe('layouts of config.json', () => {
  const sizes = { hidden_size: 32, num_attention_heads: 2, num_key_value_heads: 1, intermediate_size: 8 };
  const text = {
    ...sizes,
    num_hidden_layers: 3,
    rope_scaling: { rope_type: 'default', mrope_section: [2, 3, 3] },
  };
  const vision_config = { hidden_size: 32, embed_dim: 24, num_heads: 3, mlp_ratio: 2.5, depth: 1 };

  it('text keys at the top level, in text_config, and rope_parameters mean the same', () => {
    const flat = parse({ ...text, vision_config, eos_token_id: [2, 3] });
    const { rope_scaling, ...rest } = text;
    const nested = parse({ text_config: { ...text, eos_token_id: [2, 3] }, vision_config, hidden_size: 9 });
    const newest = parse({
      text_config: { ...rest, rope_parameters: { ...rope_scaling, rope_theta: 1000000 } },
      vision_config,
      eos_token_id: [2, 3],
    });
    expect(nested).toEqual(flat);
    expect({ ...newest, text: { ...newest.text, eosTokenIds: [2, 3] } }).toEqual(flat);
    expect(flat.vision.mlpDim).toBe(60);
  });

  // What transformers 4.57.1 ties.
  it.each([
    [{ ...text, tie_word_embeddings: true }, true],
    [{ ...text }, false],
    [{ text_config: { ...text, tie_word_embeddings: true } }, true],
    [{ text_config: { ...text, tie_word_embeddings: false }, tie_word_embeddings: true }, false],
    [{ text_config: { ...text, tie_word_embeddings: true }, tie_word_embeddings: false }, true],
    [{ text_config: text }, false],
  ])('the text model decides about tied embeddings: %j', (raw, tied) => {
    const config = parse({ ...raw, vision_config });
    expect(config.tieWordEmbeddings).toBe(tied);
    const { required, optional } = qwen2VLFamily.expectedTensors(config);
    expect((tied ? optional : required).has('lm_head.weight')).toBe(true);
  });

  it('sliding windows from max_window_layers on', () => {
    const windows = { use_sliding_window: true, sliding_window: 5, max_window_layers: 1 };
    expect(parse({ ...text, ...windows, vision_config }).text.slidingWindows).toEqual([undefined, 5, 5]);
  });

  it('every fault at once, with its path', () => {
    const faults = (raw: object): string => {
      try {
        parse(raw);
      } catch (error) {
        if (error instanceof ConfigError)
          return error.issues.map(({ path, message }) => `${path}: ${message}`).join('\n');
      }
      return '';
    };
    const wrong = faults({
      text_config: { ...text, num_hidden_layers: -1 },
      vision_config: { num_heads: 7 },
    });
    expect(wrong).toMatch(/text_config\.num_hidden_layers: /);
    expect(wrong).toMatch(/vision_config\.num_heads: .*divisible by 4/);
    expect(faults({ ...sizes, vision_config })).toMatch(/rope_scaling\.mrope_section: /);
    expect(
      faults({ ...text, rope_scaling: { type: 'mrope', mrope_section: [2, 2, 2] }, vision_config }),
    ).toMatch(/rope_scaling\.mrope_section: .*add up to 6; heads of width 16 have 8/);
    expect(faults({ ...text, vision_config: { ...vision_config, hidden_size: 31 } })).toMatch(
      /vision_config\.hidden_size: the merger puts out 31, the text model takes 32/,
    );
    expect(
      faults({ ...text, rope_scaling: { type: 'yarn', mrope_section: [2, 3, 3] }, vision_config }),
    ).toMatch(/rope_scaling: rotary scaling "yarn"/);
  });
});

describe('names of weights', () => {
  it.each([
    ['visual.blocks.0.attn.qkv.weight', 'visual.blocks.0.attn.qkv.weight', 'encoder'],
    ['model.visual.blocks.0.attn.qkv.weight', 'visual.blocks.0.attn.qkv.weight', 'encoder'],
    ['model.visual.merger.ln_q.bias', 'visual.merger.ln_q.bias', 'projector'],
    ['model.layers.1.mlp.up_proj.weight', 'model.layers.1.mlp.up_proj.weight', 'language'],
    ['model.language_model.layers.1.mlp.up_proj.weight', 'model.layers.1.mlp.up_proj.weight', 'language'],
    ['model.language_model.embed_tokens.weight', 'model.embed_tokens.weight', 'language'],
    ['lm_head.weight', 'lm_head.weight', 'language'],
  ])('%s', (stored, name, role) => {
    expect(qwen2VLFamily.weightName(stored)).toBe(name);
    expect(qwen2VLFamily.weightRole(name)).toBe(role);
  });
});
