import type { HostTensor } from '@sea-align/compute';
import type { TextConfig } from '../config/text-config.js';

/**
 * Keys and values of a batch on the host, each layer [rows, key/value heads, capacity, headDim]. A row's tokens fill its
 * places from 0 on; what lies behind them is masked, so rows may have different lengths.
 */
export class KeyValueCache {
  private readonly layers: { key: Float32Array; value: Float32Array }[];

  constructor(
    private readonly config: Pick<TextConfig, 'numHiddenLayers' | 'numKeyValueHeads' | 'headDim'>,
    private readonly rows: number,
    readonly capacity: number,
  ) {
    const size = rows * config.numKeyValueHeads * capacity * config.headDim;
    this.layers = Array.from({ length: config.numHiddenLayers }, () => ({
      key: new Float32Array(size),
      value: new Float32Array(size),
    }));
  }

  /**
   * Copies `length` new places of every row, as a program put them out (`key.<layer>`, `value.<layer>`), to the place that
   * `start` gives for the row.
   */
  store(outputs: Readonly<Record<string, HostTensor>>, length: number, start: (row: number) => number): void {
    this.layers.forEach(({ key, value }, layer) => {
      this.copy(outputs[`key.${layer}`].data as Float32Array, key, length, start);
      this.copy(outputs[`value.${layer}`].data as Float32Array, value, length, start);
    });
  }

  feeds(): Record<string, Float32Array> {
    return Object.fromEntries(
      this.layers.flatMap(({ key, value }, layer) => [
        [`past_key.${layer}`, key],
        [`past_value.${layer}`, value],
      ]),
    );
  }

  private copy(from: Float32Array, to: Float32Array, length: number, start: (row: number) => number): void {
    const { numKeyValueHeads: heads, headDim } = this.config;
    for (let row = 0; row < this.rows; row++) {
      const place = start(row);
      const count = Math.min(length, this.capacity - place);
      for (let head = 0; head < heads; head++) {
        const at = row * heads + head;
        const source = at * length * headDim;
        to.set(from.subarray(source, source + count * headDim), (at * this.capacity + place) * headDim);
      }
    }
  }
}
