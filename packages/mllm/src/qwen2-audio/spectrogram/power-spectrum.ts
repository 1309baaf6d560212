/**
 * Squared magnitudes of a windowed frame's discrete Fourier transform, at frequencies 0 to half the sampling rate.
 *
 * A dense transform: for a real signal the samples n and size - n share their cosine and differ in the sign of their sine, so
 * half a frame of products per frequency gives each part. Exact in float64 for every frame length; at Whisper's 400 samples
 * a fast transform would save little.
 */
export class PowerSpectrum {
  readonly bins: number;
  private readonly half: number;
  private readonly window: Float64Array;
  private readonly cosines: Float64Array;
  private readonly sines: Float64Array;
  private readonly evenPart: Float64Array;
  private readonly oddPart: Float64Array;

  /** @param size samples of a frame, even; the window is Hann's, periodic */
  constructor(readonly size: number) {
    this.half = size / 2;
    this.bins = this.half + 1;
    const angle = (2 * Math.PI) / size;
    this.window = Float64Array.from({ length: size }, (_, at) => 0.5 - 0.5 * Math.cos(angle * at));
    const table = (of: (angle: number) => number): Float64Array =>
      Float64Array.from({ length: this.bins * this.bins }, (_, at) => {
        // Reduced before it becomes an angle, so that far products lose no digits.
        const turn = (Math.floor(at / this.bins) * (at % this.bins)) % size;
        return of(angle * turn);
      });
    this.cosines = table(Math.cos);
    this.sines = table(Math.sin);
    this.evenPart = new Float64Array(this.bins);
    this.oddPart = new Float64Array(this.bins);
  }

  /**
   * @param samples the signal
   * @param start first sample of the frame
   * @param power [bins], written
   */
  of(samples: Float64Array, start: number, power: Float64Array): void {
    const { size, half, bins, window, cosines, sines, evenPart, oddPart } = this;
    evenPart[0] = samples[start] * window[0];
    evenPart[half] = samples[start + half] * window[half];
    for (let at = 1; at < half; at++) {
      const near = samples[start + at] * window[at];
      const far = samples[start + size - at] * window[size - at];
      evenPart[at] = near + far;
      oddPart[at] = near - far;
    }
    for (let bin = 0; bin < bins; bin++) {
      const row = bin * bins;
      let real = evenPart[0];
      let imaginary = 0;
      for (let at = 1; at <= half; at++) {
        real += evenPart[at] * cosines[row + at];
        imaginary += oddPart[at] * sines[row + at];
      }
      power[bin] = real * real + imaginary * imaginary;
    }
  }
}
