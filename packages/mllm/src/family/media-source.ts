/** Interleaved 8-bit pixels, row by row: `data.length === width * height * channels`. */
export interface RawImage {
  data: Uint8Array;
  width: number;
  height: number;
  channels: 1 | 3 | 4;
}

/** Frames of one size, in order. */
export interface RawVideo {
  frames: readonly RawImage[];
  framesPerSecond: number;
}

/** Samples of one channel: sound, or any other signal over time. Sound lies in [-1, 1]. */
export interface RawSignal {
  samples: Float32Array;
  /** Samples a second. */
  sampleRate: number;
}

/** An image as a file path, encoded bytes (PNG, JPEG, WebP, …) or raw pixels. */
export type ImageSource = string | Uint8Array | RawImage;

/** A medium as a file path, the bytes of a file, or decoded. What a processor does not take, it refuses with a MediaError. */
export type MediaSource = ImageSource | RawVideo | RawSignal;

/** How a medium is read. A processor ignores what does not concern its modality. */
export interface PreprocessOptions {
  /** Video: frames a second that are looked at. */
  fps?: number;
  /** Video: at most this many frames. */
  maxFrames?: number;
  /** Image, video: pixels (of a frame) after resizing. */
  minPixels?: number;
  maxPixels?: number;
  signal?: AbortSignal;
}

/** A medium that shows nothing. A processor ignores what does not concern its modality; every size has a default. */
export interface BlankOptions {
  /** Image, video: one colour; default white. */
  colour?: readonly [red: number, green: number, blue: number];
  /** Image, video: pixels. */
  width?: number;
  height?: number;
  /** Video. */
  frames?: number;
  /** Sound (silence): length. */
  seconds?: number;
}
