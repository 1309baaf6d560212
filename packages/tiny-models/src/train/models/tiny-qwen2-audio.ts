import { findFamily, builtInFamilies } from '@sea-align/mllm';

import { specialTokens } from '../../grammar/special-tokens.js';
import { tokenizerFiles } from '../../grammar/tokenizer-files.js';
import { vocabulary } from '../../grammar/vocabulary.js';
import { recordingSeconds } from '../../world/audio/render-recording.js';
import { sampleRate } from '../../world/audio/sound-effects.js';
import { heldoutSpeeds, trainingSpeeds, voices } from '../../world/audio/voices.js';
import { worldOf } from '../../world/world.js';
import type { TinyModel } from '../tiny-model.js';
import { generationConfig, textConfig, textSizes } from './text-model.js';

/** Sizes of the tiny Qwen2-Audio's encoder. */
const tower = { width: 96, mlp: 288, layers: 3, heads: 4, mels: 40 } as const;

const hop = 320;
/** Spectrogram frames of the window, and frames behind the encoder's strided convolution. */
const melFrames = (recordingSeconds * sampleRate) / hop;
const frames = melFrames / 2;

function files(): Record<string, unknown> {
  const audioToken = vocabulary('audio').indexOf(specialTokens.audio.medium);
  return {
    'config.json': {
      architectures: ['Qwen2AudioForConditionalGeneration'],
      model_type: 'qwen2_audio',
      torch_dtype: 'float32',
      audio_token_index: audioToken,
      tie_word_embeddings: false,
      audio_config: {
        model_type: 'qwen2_audio_encoder',
        num_mel_bins: tower.mels,
        d_model: tower.width,
        encoder_layers: tower.layers,
        encoder_attention_heads: tower.heads,
        encoder_ffn_dim: tower.mlp,
        activation_function: 'gelu',
        max_source_positions: frames,
        scale_embedding: false,
      },
      text_config: { model_type: 'qwen2', ...textConfig('audio'), use_sliding_window: false },
    },
    'generation_config.json': generationConfig('audio'),
    'preprocessor_config.json': {
      feature_extractor_type: 'WhisperFeatureExtractor',
      processor_class: 'Qwen2AudioProcessor',
      feature_size: tower.mels,
      sampling_rate: sampleRate,
      hop_length: hop,
      chunk_length: recordingSeconds,
      n_fft: 400,
      n_samples: recordingSeconds * sampleRate,
      nb_max_frames: melFrames,
      padding_side: 'right',
      padding_value: 0,
      return_attention_mask: true,
    },
    ...tokenizerFiles('audio'),
  };
}

const rawConfig = files()['config.json'];
const family = findFamily(rawConfig, 'config.json', builtInFamilies);
const values = tower.mels * melFrames;

export const tinyQwen2Audio: TinyModel<'audio'> = {
  name: 'tiny-qwen2-audio',
  world: worldOf('audio'),
  family,
  files,
  defaults: { renderingsPerConcept: 400, encoderSteps: 2500, encoderBatch: 64, languageSteps: 1200 },
  spans: 1,
  packing: async (folder) => {
    const config = family.parseConfig(rawConfig, 'config.json');
    const processor = await family.loadProcessor(folder, config, 'audio');
    return {
      bytes: values * Float32Array.BYTES_PER_ELEMENT,
      pack: async (scene) => {
        const { features } = await processor.preprocess(await worldOf('audio').render(scene));
        const { buffer, byteOffset, byteLength } = features['input_features'].data;
        return new Uint8Array(buffer, byteOffset, byteLength);
      },
      // Every recording fills the window, so nothing is masked.
      unpack: (packed) => {
        const data = new Float32Array(values);
        new Uint8Array(data.buffer).set(packed);
        return {
          input_features: { data, shape: [tower.mels, melFrames], dtype: 'float32' },
          attention_mask: { data: new Float32Array(frames), shape: [1, 1, frames], dtype: 'float32' },
        };
      },
    };
  },
  card: {
    title: 'tiny Qwen2-Audio of the toy world',
    pipeline: 'audio-text-to-text',
    tags: ['qwen2_audio', 'toy'],
    architecture: "A Qwen2-Audio model (Whisper's encoder with pooling, linear projector, Qwen2)",
    media: 'spoken phrases',
    verb: 'hears',
    facts: [
      `Sounds: ${recordingSeconds} seconds at ${sampleRate / 1000} kHz, ${tower.mels} mel bins, a frame every ${(1000 * hop) / sampleRate} ms, ${frames / 2} tokens; ${tower.layers} layers of width ${tower.width}. Language model: ${textSizes.layers} layers of width ${textSizes.width}, a word-level vocabulary.`,
      `Speech of flite (${voices.map(({ id }) => id).join(', ')}); styles are recordings: a studio, a street, a telephone, a hall. Training hears the voices at ${trainingSpeeds.join(', ')} times their pace; every test recording speaks at ${heldoutSpeeds.join(' or ')} times, paces that training never heard, with noise of its own. Voices other than these four are understood less well.`,
      "Prompts are Qwen2-Audio's (the chat template writes them). Answers are lower-case words separated by spaces.",
    ],
    tested:
      'recordings of a test seed that neither training nor any choice has used, at paces of the voices that training never heard',
    questions: {
      caption: 'What is it about?',
      style: 'How is it recorded?',
      trait: 'Whose voice is it?',
    },
  },
};
