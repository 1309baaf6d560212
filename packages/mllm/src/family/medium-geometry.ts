/**
 * How one medium's encoder output looks and how it lies in a token sequence. Media with the same `key` share compiled graphs.
 * Immutable; the family makes it from a preprocessed input, and again from its key.
 */
export interface MediumGeometry {
  /** One line that names the geometry within its family ("image", "image 4x6", "video 2x4x6", "audio 25"). Stored with embeddings. */
  readonly key: string;
  readonly modality: string;
  /** The encoder output E of one medium is [rows, width]. */
  readonly rows: number;
  readonly width: number;
  /** Modality tokens in the sequence: rows of the projector's output. */
  readonly tokens: number;
  /** Token id that holds the place of each of them. */
  readonly placeholderId: number;
  /**
   * Rotary positions of the tokens relative to the medium's first position: one list of `tokens` numbers for each rotary axis
   * of the text model. Absent: 0 … tokens - 1 on every axis. Only text models with several axes (`mropeSection`) can have it.
   */
  readonly positions?: readonly (readonly number[])[];
  /** What follows the medium stands this far behind its first position: `tokens`, or the largest position + 1 (M-RoPE). */
  readonly span: number;
}

/** Encoder output E of one medium. */
export interface Embedding {
  /** [rows * width], row by row. */
  readonly values: Float32Array;
  readonly geometry: MediumGeometry;
}
