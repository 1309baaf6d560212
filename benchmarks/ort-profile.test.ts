import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, Graph, matmul, sigmoid } from '@sea-align/compute';
import { expect, it } from 'vitest';
import { operationTimes, readProfile } from './ort-profile.js';

const node = (name: string, operation: string, ts: number, dur: number, provider = 'CPU') => ({
  cat: 'Node',
  name,
  ts,
  dur,
  args: { op_name: operation, provider },
});
const run = (ts: number, dur: number) => ({ cat: 'Session', name: 'model_run', ts, dur });

it('sums up the kernels of the last runs', () => {
  const trace = JSON.stringify([
    { cat: 'Session', name: 'session_initialization', ts: 0, dur: 5 },
    run(10, 50),
    node('first_kernel_time', 'Gemm', 11, 40),
    run(100, 50),
    node('first_fence_before', 'Gemm', 101, 9),
    node('first_kernel_time', 'Gemm', 102, 10),
    node('second_kernel_time', 'Mul', 112, 3),
    run(200, 50),
    node('first_kernel_time', 'Gemm', 201, 12),
    node('second_kernel_time', 'Mul', 213, 4),
    node('third_kernel_time', 'Mul', 217, 40, 'GPU'),
  ]);
  expect(operationTimes(trace, 2)).toEqual([
    { operation: 'Mul', provider: 'GPU', microseconds: 40, nodes: 1 },
    { operation: 'Gemm', provider: 'CPU', microseconds: 22, nodes: 2 },
    { operation: 'Mul', provider: 'CPU', microseconds: 7, nodes: 2 },
  ]);
});

it("reads what ONNX Runtime's profiler writes", async () => {
  const profileFolder = mkdtempSync(join(tmpdir(), 'sea-profile-'));
  const engine = await createEngine({ backend: 'onnxruntime-node', device: 'cpu', profileFolder });
  const graph = new Graph();
  const x = graph.input('x', [64, 64]);
  graph.output('y', sigmoid(matmul(matmul(x, x), x)));
  const session = await engine.compile(graph, { label: 'two products, one sigmoid' });
  for (let at = 0; at < 4; at++) await session.run({ x: new Float32Array(64 * 64) });
  await engine.dispose();
  const times = operationTimes(await readProfile(profileFolder, 'two products'), 3);
  const counts = Object.fromEntries(times.map(({ operation, nodes }) => [operation, nodes]));
  expect(counts).toMatchObject({ MatMul: 2 * 3, Sigmoid: 3 });
  expect(times.every(({ microseconds, provider }) => microseconds >= 0 && /CPU/.test(provider))).toBe(true);
  await expect(readProfile(profileFolder, 'another')).rejects.toThrow(/0 profiles/);
  writeFileSync(join(profileFolder, 'two-products-again.json'), '[]');
  await expect(readProfile(profileFolder, 'two products')).rejects.toThrow(/2 profiles/);
  rmSync(profileFolder, { recursive: true });
});
