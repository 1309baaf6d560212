import type { HostTensor, WeightSource } from '@sea-align/compute';

/** A model's weights under HF names (`language_model.model.…`, `vision_tower.…`, `multi_modal_projector.…`). */
export interface ModelWeights extends WeightSource {
  names(): string[];
  has(name: string): boolean;
  shape(name: string): readonly number[];
  /** float32, whatever the file holds. CheckpointError where the name is unknown. */
  get(name: string): HostTensor;
}
