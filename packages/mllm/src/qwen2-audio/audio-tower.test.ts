import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  concat,
  createEngine,
  Graph,
  gradients,
  mean,
  mul,
  openSafetensors,
  reshape,
  slice,
  SafetensorsWeights,
  type Engine,
  type SafetensorsFile,
  type Tensor,
} from '@sea-align/compute';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FrozenParameters } from '../layers/parameter-source.js';
import { audioFixtures } from '../testing/audio.fixture.js';
import { audioReach, tokensOfMel } from './audio-lengths.js';
import { buildAudioProjector } from './audio-projector.js';
import { audioKeyMask, buildAudioTower } from './audio-tower.js';
import { qwen2AudioFamily } from './qwen2-audio-family.js';

const folder = join(audioFixtures, 'model');
const config = qwen2AudioFamily.parseConfig(
  JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as unknown,
  'config.json',
);
const { numMelBins, hiddenSize } = config.audio;
const MEL = 100;

let engine: Engine;
let checkpoint: SafetensorsFile;
let reference: SafetensorsFile;
beforeAll(async () => {
  engine = await createEngine({ backend: 'onnxruntime-node' });
  checkpoint = await openSafetensors(join(folder, 'model.safetensors'));
  reference = await openSafetensors(join(audioFixtures, 'tower-gradients.safetensors'));
});
afterAll(async () => {
  checkpoint.close();
  reference.close();
  await engine.dispose();
});

/** Weights as graph inputs, the way a tower is trained. */
class WeightInputs extends FrozenParameters {
  readonly inputs = new Map<string, Tensor>();

  override weight(name: string, shape: readonly number[]): Tensor {
    const input = this.inputs.get(name) ?? this.graph.input(name, shape);
    this.inputs.set(name, input);
    return input;
  }
}

describe('the audio tower', () => {
  it('has the gradients of PyTorch with respect to every weight of tower and projector', async () => {
    const lengths = [...(reference.read('lengths').data as Int32Array)];
    const graph = new Graph();
    const source = new WeightInputs(graph);
    const features = graph.input('input_features', [2, numMelBins, MEL]);
    const keyMask = graph.input('attention_mask', [2, 1, 1, MEL / 2]);
    const { encoderOutput } = buildAudioTower(config.audio, source, features, keyMask);
    const heard = lengths.map((length, at) =>
      reshape(slice(slice(encoderOutput, 0, at, at + 1), 1, 0, tokensOfMel(length)), [-1, hiddenSize]),
    );
    const projected = buildAudioProjector(config, source, concat(heard, 0));
    const loss = mean(mul(projected, projected));
    graph.output('loss', reshape(loss, [1]));
    const names = [...source.inputs.keys()];
    gradients(loss, [...source.inputs.values()]).forEach((gradient, at) => graph.output(names[at], gradient));
    expect(names).toHaveLength(39);

    const session = await engine.compile(graph);
    const weights = Object.fromEntries(names.map((name) => [name, checkpoint.read(name).data]));
    const results = await session.run({
      ...weights,
      input_features: reference.read('input_features').data,
      attention_mask: audioKeyMask(lengths, MEL / 2),
    });
    await session.release();
    for (const name of ['loss', ...names]) {
      const wanted = reference.read(name).data as Float32Array;
      const got = results[name].data as Float32Array;
      const scale = Math.max(...wanted.map(Math.abs));
      const worst = Math.max(...wanted.map((value, at) => Math.abs(value - got[at])));
      expect(worst / scale, name).toBeLessThan(2e-5);
    }
  });

  it.each([3, 5, 6, 7, 42, 57, 95, 98, 99, 100])(
    'of the part of the window that %i frames need is the tower of the whole window',
    async (length) => {
      const features = (reference.read('input_features').data as Float32Array).slice(0, numMelBins * MEL);
      const tokens = tokensOfMel(length);
      const encode = async (mel: number, frames: number): Promise<Float32Array> => {
        const graph = new Graph();
        const input = graph.input('x', [1, numMelBins, mel]);
        const mask = graph.input('mask', [1, 1, 1, frames]);
        graph.output(
          'e',
          buildAudioTower(config.audio, new FrozenParameters(graph), input, mask).encoderOutput,
        );
        const session = await engine.compile(graph, { weights: new SafetensorsWeights(checkpoint) });
        const x = new Float32Array(numMelBins * mel).map(
          (_, at) => features[Math.floor(at / mel) * MEL + (at % mel)],
        );
        const { e } = await session.run({ x, mask: audioKeyMask([length], frames) });
        await session.release();
        return (e.data as Float32Array).slice(0, tokens * hiddenSize);
      };
      const { mel, frames } = audioReach(config.audio, tokens);
      const part = await encode(mel, frames);
      const whole = await encode(MEL, MEL / 2);
      expect(part).toHaveLength(tokens * hiddenSize);
      expect(Math.max(...part.map((value, at) => Math.abs(value - whole[at])))).toBeLessThan(5e-6);
    },
  );
});
