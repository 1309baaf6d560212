import type { HostTensor } from '@sea-align/compute';
import type { BlankOptions, MediaSource, PreprocessOptions } from './media-source.js';
import type { MediumGeometry } from './medium-geometry.js';

/** One preprocessed medium: what M reads. */
export interface PreparedMedium {
  readonly geometry: MediumGeometry;
  /**
   * Inputs of the encoder graph by name (HF's: `pixel_values`, `input_features`, …), without a batch axis. Media of one
   * geometry have the same names, shapes and types; their data are laid one behind the other for a batch.
   */
  readonly features: Readonly<Record<string, HostTensor>>;
}

/** Media of one modality to encoder inputs, exactly as HF's processor of the checkpoint does it. */
export interface MediaProcessor {
  /** Geometry of `blank()`: the one that embeddings are optimised in unless another is asked for. */
  readonly blankGeometry: MediumGeometry;
  /** @throws MediaError for what cannot be read or decoded, or is no medium of this modality */
  preprocess(source: MediaSource, options?: PreprocessOptions): Promise<PreparedMedium>;
  /** A medium that shows nothing: one colour, silence. */
  blank(options?: BlankOptions): Promise<PreparedMedium>;
}
