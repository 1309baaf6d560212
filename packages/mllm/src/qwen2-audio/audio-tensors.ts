import type { AudioEncoderConfig } from './audio-encoder-config.js';

/** Shapes of the audio tower's weights. k_proj has no bias. */
export function audioTowerShapes(config: AudioEncoderConfig): Map<string, readonly number[]> {
  const { hiddenSize, intermediateSize, numMelBins } = config;
  const shapes = new Map<string, readonly number[]>();
  const add = (module: string, weight: readonly number[], biased = true): void => {
    shapes.set(`audio_tower.${module}.weight`, weight);
    if (biased) shapes.set(`audio_tower.${module}.bias`, [weight[0]]);
  };
  add('conv1', [hiddenSize, numMelBins, 3]);
  add('conv2', [hiddenSize, hiddenSize, 3]);
  add('embed_positions', [config.maxSourcePositions, hiddenSize], false);
  for (let layer = 0; layer < config.numHiddenLayers; layer++) {
    const block = `layers.${layer}`;
    for (const part of ['q_proj', 'k_proj', 'v_proj', 'out_proj']) {
      add(`${block}.self_attn.${part}`, [hiddenSize, hiddenSize], part !== 'k_proj');
    }
    add(`${block}.self_attn_layer_norm`, [hiddenSize]);
    add(`${block}.final_layer_norm`, [hiddenSize]);
    add(`${block}.fc1`, [intermediateSize, hiddenSize]);
    add(`${block}.fc2`, [hiddenSize, intermediateSize]);
  }
  add('layer_norm', [hiddenSize]);
  return shapes;
}

/** Shapes of the projector's weights. */
export function audioProjectorShapes(audioWidth: number, textWidth: number): Map<string, readonly number[]> {
  return new Map([
    ['multi_modal_projector.linear.weight', [textWidth, audioWidth]],
    ['multi_modal_projector.linear.bias', [textWidth]],
  ]);
}
