import type { LoweringTable } from './lowering.js';

export const normalizationLowering: LoweringTable<'layerNorm' | 'rmsNorm'> = {
  layerNorm: ({ inputs, attributes: { epsilon }, output }, emit) => {
    const attributes = { axis: -1, epsilon: { float: epsilon } };
    emit.node(
      'LayerNormalization',
      inputs.map((input) => emit.name(input)),
      attributes,
      { output },
    );
  },
  rmsNorm: ({ inputs, attributes: { epsilon }, output }, emit) => {
    // ONNX Runtime's own operation, which it registers in the standard domain.
    const attributes = { axis: -1, epsilon: { float: epsilon }, stash_type: 1 };
    emit.node(
      'SimplifiedLayerNormalization',
      inputs.map((input) => emit.name(input)),
      attributes,
      { output },
    );
  },
};
