import type { Tensor, TypedArray } from '@sea-align/compute';
import type { MediumGeometry } from './medium-geometry.js';

/**
 * The media of a golden case, encoded and projected the way HF's forward does it: HF's inputs, HF's batching, HF's names of
 * intermediate results. What follows (merging, decoder, loss) is common to all families.
 */
export interface ReferenceMedia {
  /**
   * Media in HF's order; the placeholders of one id take the tokens of that id's media in this order. `features` holds the
   * projector outputs that enter the sequence, [sum of tokens, text width].
   */
  readonly groups: readonly { readonly geometries: readonly MediumGeometry[]; readonly features: Tensor }[];
  /** Intermediate results by the name that outputs.safetensors has: vision_hidden.N, encoder_output, projector_output, … */
  readonly outputs: ReadonlyMap<string, Tensor>;
  /** Places the loss is differentiated with respect to; output `grad_<name>`. */
  readonly differentiable: ReadonlyMap<string, Tensor>;
  /** Values of the graph inputs that the family declared. */
  readonly feeds: Readonly<Record<string, TypedArray>>;
}
