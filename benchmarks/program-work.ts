import type { Engine, Graph, Tensor } from '@sea-align/compute';

/** Floating-point operations of the matrix products that a graph's outputs need: a multiplication and an addition each. */
export function productOperations(graph: Graph): number {
  const seen = new Set<Tensor>();
  const waiting = [...graph.outputs.values()];
  let operations = 0;
  for (let tensor = waiting.pop(); tensor !== undefined; tensor = waiting.pop()) {
    if (seen.has(tensor)) continue;
    seen.add(tensor);
    const { source, shape } = tensor;
    if (source.kind !== 'operation') continue;
    const { node } = source;
    waiting.push(...node.inputs);
    if (node.op !== 'matmul' && node.op !== 'linear') continue;
    const [{ shape: left }] = node.inputs;
    const inner = node.op === 'matmul' && node.attributes.transposeA ? left.at(-2) : left.at(-1);
    operations += 2 * (inner ?? 1) * shape.reduce((size, extent) => size * extent, 1);
  }
  return operations;
}

/** An engine that hands on what it is asked for, and keeps the graphs by label. */
export function watched(engine: Engine): { engine: Engine; graphs: Map<string, Graph> } {
  const graphs = new Map<string, Graph>();
  return {
    graphs,
    engine: {
      name: engine.name,
      backend: engine.backend,
      device: engine.device,
      describe: () => engine.describe(),
      compile: (graph, options) => {
        graphs.set(options?.label ?? '', graph);
        return engine.compile(graph, options);
      },
      dispose: () => engine.dispose(),
    },
  };
}
