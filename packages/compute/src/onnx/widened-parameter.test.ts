import { afterAll, describe, expect, it } from 'vitest';
import { OrtEngine } from '../engines/onnxruntime/ort-engine.js';
import * as sea from '../index.js';
import { emitModel } from './emit-model.js';

/** Two layers and a loss: each half-precision weight is read once forward and once backward, `scale` by a sum. */
function network(dtype: 'float16' | 'bfloat16'): { graph: sea.Graph; dx: sea.Tensor } {
  const graph = new sea.Graph();
  const x = graph.input('x', [2, 3]);
  const widened = (name: string, shape: number[]) => sea.cast(graph.parameter(name, shape, dtype), 'float32');
  const hidden = sea.tanh(sea.linear(x, widened('first', [4, 3])));
  const output = sea.add(sea.matmul(hidden, widened('second', [4, 2])), widened('scale', [2]));
  const loss = sea.sum(sea.mul(output, output));
  const [dx] = sea.gradients(loss, [x]);
  graph.output('loss', loss);
  graph.output('dx', dx);
  return { graph, dx };
}

function weightsOf(dtype: 'float16' | 'bfloat16'): sea.MapWeights {
  const narrow = (shape: number[], start: number): sea.HostTensor => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return sea.fromFloat32(
      Float32Array.from({ length: size }, (_, at) => (start + at) / 8),
      shape,
      dtype,
    );
  };
  return new sea.MapWeights(
    new Map([
      ['first', narrow([4, 3], -5)],
      ['second', narrow([4, 2], -3)],
      ['scale', narrow([2], 1)],
    ]),
  );
}

const feeds = { x: Float32Array.of(0.5, -1, 0.25, 1, 0.125, -0.5) };

describe.each(['float16', 'bfloat16'] as const)('%s weights', (dtype) => {
  const engines: sea.Engine[] = [];
  afterAll(() => Promise.all(engines.map((engine) => engine.dispose())));

  it.each([0, 2 ** 30])(
    'give the reference result with at most %i bytes embedded',
    async (embeddedLimitBytes) => {
      const options = { backend: 'onnxruntime-node', device: 'cpu', threads: 1, embeddedLimitBytes } as const;
      const [native, reference] = [
        await OrtEngine.create(options),
        await sea.createEngine({ engine: 'reference' }),
      ];
      engines.push(native, reference);
      const run = async (engine: sea.Engine) => {
        const session = await engine.compile(network(dtype).graph, { weights: weightsOf(dtype) });
        return session.run(feeds);
      };
      const [ours, truth] = [await run(native), await run(reference)];
      for (const name of ['loss', 'dx']) {
        const expected = truth[name].data as Float32Array;
        expect(expected.some((value) => Math.abs(value) > 0.1)).toBe(true);
        expected.forEach((value, at) => expect(Number(ours[name].data[at])).toBeCloseTo(value, 4));
      }
    },
  );

  it('are widened by each product for itself', () => {
    const { graph } = network(dtype);
    const { bytes } = emitModel(graph, (builder, name, parameter) =>
      builder.input(name, parameter.shape, parameter.dtype),
    );
    // Two weights, each forward and backward, and `scale`; an operation's type is stored as text of known length.
    const casts = Buffer.from(bytes).toString('latin1').split('\u0004Cast').length - 1;
    expect(casts).toBe(2 * 2 + 1);
  });
});
