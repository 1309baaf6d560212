import type { FamilyConfig } from './family/family-config.js';
import type { Family } from './family/family.js';
import type { ModelWeights } from './weights/model-weights.js';

/** What building a graph needs of a model. */
export interface ModelPieces {
  /** The family's interface; `config` is one of its configs. */
  readonly architecture: Family;
  readonly config: FamilyConfig;
  readonly weights: ModelWeights;
  /** Token ids that hold places of media, whatever the modality. */
  readonly placeholderIds: readonly number[];
}

/** Placeholders of all modalities of a family. */
export function placeholderIdsOf(architecture: Family, config: FamilyConfig): number[] {
  return [
    ...new Set(
      architecture.modalities.map((modality) => architecture.promptPlaceholder(config, modality).id),
    ),
  ];
}
