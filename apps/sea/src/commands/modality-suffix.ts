import type { EmbeddedModality } from '../stages/embedded-models.js';

/** What tells a modality's run folders and result files apart; images came first and have no mark. */
export const modalitySuffix = (modality: EmbeddedModality): string =>
  modality === 'image' ? '' : `-${modality}`;
