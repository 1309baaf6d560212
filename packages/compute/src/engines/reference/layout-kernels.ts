import { sizeOf, stridesOf } from '../../graph/shape.js';
import { broadcastOffsets, stridedOffsets } from './iteration.js';
import type { KernelTable } from './kernel.js';

export const layoutKernels: KernelTable<
  'reshape' | 'transpose' | 'broadcastTo' | 'slice' | 'concat' | 'pad'
> = {
  reshape: (_node, [x]) => x.data,
  transpose: ({ attributes: { permutation }, output }, [x]) => {
    const strides = stridesOf(x.shape);
    return take(
      x.data,
      stridedOffsets(
        output.shape,
        permutation.map((axis) => strides[axis]),
      ),
    );
  },
  broadcastTo: ({ output }, [x]) => take(x.data, broadcastOffsets(x.shape, output.shape)),
  slice: ({ attributes: { axis, start }, output }, [x]) => {
    const strides = stridesOf(x.shape);
    return take(x.data, stridedOffsets(output.shape, strides, start * strides[axis]));
  },
  concat: ({ attributes: { axis }, output }, inputs) => {
    const result = new Float64Array(sizeOf(output.shape));
    const strides = stridesOf(output.shape);
    let start = 0;
    for (const { data, shape } of inputs) {
      put(result, stridedOffsets(shape, strides, start * strides[axis]), data);
      start += shape[axis];
    }
    return result;
  },
  pad: ({ attributes: { axis, before, value }, output }, [x]) => {
    const result = new Float64Array(sizeOf(output.shape)).fill(value);
    const strides = stridesOf(output.shape);
    put(result, stridedOffsets(x.shape, strides, before * strides[axis]), x.data);
    return result;
  },
};

function take(data: Float64Array, offsets: Int32Array): Float64Array {
  return Float64Array.from(offsets, (offset) => data[offset]);
}

function put(target: Float64Array, offsets: Int32Array, data: Float64Array): void {
  offsets.forEach((offset, at) => {
    target[offset] = data[at];
  });
}
