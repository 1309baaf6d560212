/** The API that `@tensorflow/tfjs`, `@tensorflow/tfjs-node` and `@tensorflow/tfjs-node-gpu` share. */
export type Tfjs = typeof import('@tensorflow/tfjs');

export type TfTensor = import('@tensorflow/tfjs').Tensor;
