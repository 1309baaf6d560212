import type { Graph, HostTensor, Tensor } from '@sea-align/compute';
import { textModelTypes } from '../config/text-config.js';
import type { Family } from '../family/family.js';
import type { MediumGeometry } from '../family/medium-geometry.js';
import type { MediaProcessor } from '../family/prepared-medium.js';
import type { ChatTurn, PromptPlaceholder } from '../family/prompt-placeholder.js';
import type { ReferenceMedia } from '../family/reference-media.js';
import type { ParameterSource } from '../layers/parameter-source.js';
import type { ExpectedTensors } from '../weights/expected-tensors.js';
import { parseAudioGeometry } from './audio-geometry.js';
import { audioReach } from './audio-lengths.js';
import { AudioProcessor } from './audio-processor.js';
import { buildAudioProjector } from './audio-projector.js';
import { qwen2AudioTensors, qwen2AudioWeightName, qwen2AudioWeightRole } from './audio-tensors.js';
import { buildAudioTower } from './audio-tower.js';
import { parseQwen2AudioConfig, type Qwen2AudioConfig } from './qwen2-audio-config.js';
import { buildQwen2AudioReference } from './qwen2-audio-reference.js';

/** Qwen2-Audio: Whisper's encoder with average pooling, a linear projector, Qwen2. A sound has as many tokens as it is long. */
export const qwen2AudioFamily: Family<Qwen2AudioConfig> = {
  name: 'qwen2-audio',
  modelTypes: ['qwen2_audio'],
  modalities: ['audio'],
  supported:
    'Qwen2-Audio (model_type "qwen2_audio") with its audio tower (qwen2_audio_encoder) and a ' +
    `${textModelTypes.join(', ')} text backbone`,

  parseConfig(raw: unknown, path: string): Qwen2AudioConfig {
    return parseQwen2AudioConfig(raw, path, this.supported);
  },
  expectedTensors(config: Qwen2AudioConfig): ExpectedTensors {
    return qwen2AudioTensors(config);
  },
  weightName: qwen2AudioWeightName,
  weightRole: qwen2AudioWeightRole,

  loadProcessor(folder: string, config: Qwen2AudioConfig): Promise<MediaProcessor> {
    return AudioProcessor.load(folder, config);
  },
  geometry(config: Qwen2AudioConfig, key: string): MediumGeometry {
    return parseAudioGeometry(config, key);
  },
  promptPlaceholder(config: Qwen2AudioConfig): PromptPlaceholder {
    return {
      id: config.audioTokenId,
      token: '<|AUDIO|>',
      around: ['<|audio_bos|>', '<|audio_eos|>'],
      enclosed: true,
      // Published templates look for the key, not for the type.
      part: { type: 'audio', audio_url: '' },
    };
  },
  renderTurn,

  buildEncoder(
    graph: Graph,
    config: Qwen2AudioConfig,
    source: ParameterSource,
    geometry: MediumGeometry,
    media: number,
  ): Tensor {
    const { mel, frames } = audioReach(config.audio, geometry.tokens);
    const inputFeatures = graph.input('input_features', [media, config.audio.numMelBins, mel]);
    const keyMask = graph.input('attention_mask', [media, 1, 1, frames]);
    return buildAudioTower(config.audio, source, inputFeatures, keyMask).encoderOutput;
  },
  buildProjector(
    _graph: Graph,
    config: Qwen2AudioConfig,
    source: ParameterSource,
    _geometry: MediumGeometry,
    embeddings: Tensor,
  ): Tensor {
    return buildAudioProjector(config, source, embeddings);
  },
  buildReferenceMedia(
    graph: Graph,
    config: Qwen2AudioConfig,
    source: ParameterSource,
    inputs: ReadonlyMap<string, HostTensor>,
  ): ReferenceMedia | undefined {
    return buildQwen2AudioReference(graph, config, source, inputs);
  },
};

/** HF `Qwen2AudioProcessor.default_chat_template`, for folders without a template. */
function renderTurn({ question, medium: withMedium, system, answer }: ChatTurn, medium: string): string {
  const message = (role: string, text: string): string => `<|im_start|>${role}\n${text}<|im_end|>\n`;
  const asked = withMedium ? `Audio 1: ${medium}\n${question}` : question;
  const prompt =
    message('system', system ?? 'You are a helpful assistant.') +
    message('user', asked) +
    '<|im_start|>assistant\n';
  return answer === undefined ? prompt : `${prompt}${answer}<|im_end|>\n`;
}
