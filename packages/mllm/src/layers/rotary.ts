import type { RopeScaling } from '../config/rope-scaling.js';
import type { TextConfig } from '../config/text-config.js';

/** Angle per position for each pair of channels, [headDim / 2] (HF `ROPE_INIT_FUNCTIONS`). */
export function inverseFrequencies(
  config: Pick<TextConfig, 'headDim' | 'ropeTheta' | 'ropeScaling'>,
): Float64Array {
  const { headDim, ropeTheta, ropeScaling } = config;
  // HF computes the table in float32; its rounding is kept, as angles at far positions multiply it.
  return Float64Array.from({ length: headDim / 2 }, (_, pair) => {
    const exponent = Math.fround((2 * pair) / headDim);
    return Math.fround(scaled(Math.fround(1 / Math.fround(ropeTheta ** exponent)), ropeScaling));
  });
}

function scaled(frequency: number, scaling: RopeScaling): number {
  if (scaling.type === 'default') return frequency;
  if (scaling.type === 'linear') return frequency / scaling.factor;
  const { factor, lowFreqFactor, highFreqFactor, originalMaxPositionEmbeddings } = scaling;
  const wavelength = (2 * Math.PI) / frequency;
  if (wavelength > originalMaxPositionEmbeddings / lowFreqFactor) return frequency / factor;
  if (wavelength < originalMaxPositionEmbeddings / highFreqFactor) return frequency;
  const smooth =
    (originalMaxPositionEmbeddings / wavelength - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
  return ((1 - smooth) * frequency) / factor + smooth * frequency;
}

/** What rotary tables depend on. */
export type RotaryConfig = Pick<TextConfig, 'headDim' | 'ropeTheta' | 'ropeScaling' | 'mropeSection'>;

/** Rotary axes of a text model: positions are lists of as many numbers. */
export function rotaryAxes({ mropeSection }: Pick<RotaryConfig, 'mropeSection'>): number {
  return mropeSection?.length ?? 1;
}

/**
 * cos and sin of every position's angles, each [positions, headDim]; both halves of the width hold the same angles. With
 * several axes, each turns its section of the channel pairs (HF `apply_multimodal_rotary_pos_emb`).
 * @param positionIds one list per rotary axis, all of one length
 */
export function rotaryTables(
  config: RotaryConfig,
  positionIds: readonly ArrayLike<number>[],
): { cos: Float32Array; sin: Float32Array } {
  const frequencies = inverseFrequencies(config);
  const half = frequencies.length;
  const axisOf = axesOfPairs(config, half);
  const rows = positionIds[0].length;
  const cos = new Float32Array(rows * half * 2);
  const sin = new Float32Array(cos.length);
  for (let row = 0; row < rows; row++) {
    for (let pair = 0; pair < half; pair++) {
      const angle = Math.fround(positionIds[axisOf[pair]][row] * frequencies[pair]);
      const at = row * half * 2 + pair;
      cos[at] = cos[at + half] = Math.cos(angle);
      sin[at] = sin[at + half] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

/** The axis that turns each channel pair. */
function axesOfPairs({ mropeSection }: RotaryConfig, pairs: number): number[] {
  const axes = (mropeSection ?? [pairs]).flatMap((width, axis) => new Array<number>(width).fill(axis));
  if (axes.length === pairs) return axes;
  throw new RangeError(`mrope_section has ${axes.length} channel pairs, the heads have ${pairs}`);
}

/** The matrix R with x R = rotate_half(x) = concat(-x[half:], x[:half]) for a row x of width headDim. */
export function rotateHalfMatrix(headDim: number): Float32Array {
  const half = headDim / 2;
  const matrix = new Float32Array(headDim * headDim);
  for (let channel = 0; channel < half; channel++) {
    matrix[(channel + half) * headDim + channel] = -1;
    matrix[channel * headDim + channel + half] = 1;
  }
  return matrix;
}
