/** Pixel values of RGB bytes: mean and deviation 0.5, as the preprocessor configs say. */
export const pixelValues: Float32Array = Float32Array.from({ length: 256 }, (_, byte) =>
  Math.fround((byte / 255 - 0.5) / 0.5),
);

/** Values of a feature, each taken from the byte of the rendering that `source` names. */
export function pixelsFrom(bytes: Uint8Array, source: Int32Array): Float32Array {
  const values = new Float32Array(source.length);
  for (let i = 0; i < values.length; i++) values[i] = pixelValues[bytes[source[i]]];
  return values;
}
