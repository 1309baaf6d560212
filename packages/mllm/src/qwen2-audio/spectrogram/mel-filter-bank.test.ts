import { describe, expect, it } from 'vitest';
import { melFilterBank } from './mel-filter-bank.js';
import { PowerSpectrum } from './power-spectrum.js';

describe('melFilterBank', () => {
  it('triangles of area 1 on the linear part of the scale, by hand', () => {
    // Slaney: 15 mel = 1000 Hz, so 3 filters up to 800 Hz have their edges every 200 Hz; bins every 100 Hz.
    const bank = melFilterBank({ filters: 3, bins: 9, samplingRate: 1600, maxFrequency: 800 });
    expect(bank.map(({ firstBin }) => firstBin)).toEqual([1, 3, 5]);
    for (const { weights } of bank)
      expect([...weights]).toEqual([0.0025, 0.005, 0.0025].map((v) => expect.closeTo(v, 12)));
  });

  it('filters above what the sampling rate can hold are empty', () => {
    const bank = melFilterBank({ filters: 6, bins: 9, samplingRate: 1600, maxFrequency: 8000 });
    expect(bank.at(-1)?.weights).toHaveLength(0);
  });
});

describe('PowerSpectrum', () => {
  it('of one cosine under a Hann window: a quarter of the amplitude beside the peak, by hand', () => {
    const size = 16;
    const spectrum = new PowerSpectrum(size);
    const wave = Float64Array.from({ length: size + 3 }, (_, at) =>
      Math.cos((2 * Math.PI * 3 * (at - 3)) / size),
    );
    const power = new Float64Array(spectrum.bins);
    spectrum.of(wave, 3, power);
    // The window halves the bin of the wave (N/2 * 1/2) and leaks half of that into both neighbours.
    const expected = [0, 0, 2, 4, 2, 0, 0, 0, 0].map((magnitude) => magnitude ** 2);
    expect([...power]).toEqual(expected.map((value) => expect.closeTo(value, 10)));
  });
});
