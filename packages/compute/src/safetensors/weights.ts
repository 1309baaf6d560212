import { CheckpointError } from '@sea-align/core';
import type { HostTensor } from '../graph/dtype.js';
import type { WeightSource } from '../engines/engine.js';
import type { SafetensorsFile } from './safetensors-file.js';

/** The weights of an open safetensors checkpoint, in their stored element type, read when asked for and not kept. */
export class SafetensorsWeights implements WeightSource {
  constructor(readonly file: SafetensorsFile) {}

  names(): string[] {
    return this.file.names();
  }

  get(name: string): HostTensor {
    return this.file.read(name);
  }

  locate(name: string): { path: string; offset: number; byteLength: number } {
    const { file: path, offset, byteLength } = this.file.info(name);
    return { path, offset, byteLength };
  }
}

/** Weights in memory. */
export class MapWeights implements WeightSource {
  /** @param label what to call this set of weights in errors */
  constructor(
    private readonly tensors: ReadonlyMap<string, HostTensor>,
    private readonly label = 'weights in memory',
  ) {}

  names(): string[] {
    return [...this.tensors.keys()].sort();
  }

  get(name: string): HostTensor {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) {
      throw new CheckpointError(
        `${this.label}: tensor '${name}' is missing (there are ${this.tensors.size})`,
        {
          hint: 'Check that the weights belong to the model that asks for them.',
          details: { tensor: name },
        },
      );
    }
    return tensor;
  }
}
