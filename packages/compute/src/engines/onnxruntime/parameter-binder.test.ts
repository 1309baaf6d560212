import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as sea from '../../index.js';
import { sizeOf } from '../../graph/shape.js';
import { OrtEngine } from './ort-engine.js';
import { bindingPlan } from './parameter-binder.js';

const folder = mkdtempSync(join(tmpdir(), 'sea-binder-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Weights in one file behind 24 bytes of something else: 1..6 as float32, 1.5 and -2 as float16, then as bfloat16. */
const file = join(folder, 'weights.bin');
const stored: Record<string, sea.HostTensor> = {
  wide: { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2], dtype: 'float32' },
  half: { data: Uint16Array.of(0x3e00, 0xc000), shape: [2], dtype: 'float16' },
  brain: { data: Uint16Array.of(0x3fc0, 0xc000), shape: [2], dtype: 'bfloat16' },
};
const locations = new Map<string, { path: string; offset: number; byteLength: number }>();
const parts: Uint8Array[] = [new Uint8Array(24)];
let end = 24;
for (const [name, { data }] of Object.entries(stored)) {
  locations.set(name, { path: file, offset: end, byteLength: data.byteLength });
  parts.push(new Uint8Array(data.buffer));
  end += data.byteLength;
}
writeFileSync(file, Buffer.concat(parts));

class CountingWeights implements sea.WeightSource {
  reads = 0;
  constructor(readonly locate?: (name: string) => sea.WeightLocation | undefined) {}
  get(name: string): sea.HostTensor {
    this.reads++;
    return stored[name];
  }
}

function weightedGraph(): sea.Graph {
  const graph = new sea.Graph();
  const x = graph.input('x', [1, 2]);
  const half = sea.cast(graph.parameter('half', [2], 'float16'), 'float32');
  const brain = sea.cast(graph.parameter('brain', [2], 'bfloat16'), 'float32');
  graph.output('y', sea.linear(x, graph.parameter('wide', [3, 2])));
  graph.output('z', sea.add(sea.mul(x, half), brain));
  return graph;
}

async function check(session: sea.Session): Promise<void> {
  for (let run = 0; run < 2; run++) {
    const { y, z } = await session.run({ x: Float32Array.of(1, 10) });
    expect([...(y.data as Float32Array)]).toEqual([21, 43, 65]);
    expect([...(z.data as Float32Array)]).toEqual([3, -22]);
  }
}

function mapFolders(): string[] {
  return [...readdirSync(tmpdir()), ...readdirSync(folder)].filter((name) => name.startsWith('.sea-map-'));
}

describe('parameters of onnxruntime-node beyond the embedded limit', () => {
  const create = () =>
    OrtEngine.create({ backend: 'onnxruntime-node', device: 'cpu', threads: 1, embeddedLimitBytes: 0 });

  it('are mapped from their file without being read, and no folder is left behind', async () => {
    const before = mapFolders().length;
    const weights = new CountingWeights((name) => locations.get(name));
    const engine = await create();
    const session = await engine.compile(weightedGraph(), { weights });
    expect(mapFolders().length).toBe(before);
    await check(session);
    expect(weights.reads).toBe(0);
    await engine.dispose();
  });

  it('are read once for all sessions of a weight source that is not in a file', async () => {
    const weights = new CountingWeights();
    const engine = await create();
    const first = await engine.compile(weightedGraph(), { weights });
    const second = await engine.compile(weightedGraph(), { weights });
    await check(first);
    await first.release();
    await check(second);
    expect(weights.reads).toBe(3);
    await engine.dispose();
  });

  it('are read where the file cannot be linked', async () => {
    const weights = new CountingWeights((name) => ({
      ...locations.get(name)!,
      path: join(folder, 'absent'),
    }));
    const engine = await create();
    const session = await engine.compile(weightedGraph(), { weights });
    await check(session);
    expect(weights.reads).toBe(3);
    await engine.dispose();
  });
});

describe('bindingPlan', () => {
  it('embeds up to the limit, and always for WebAssembly', () => {
    const graph = new sea.Graph();
    const bytes = 4 * sizeOf(graph.parameter('w', [10, 10]).shape);
    expect(bindingPlan(graph, true, bytes)).toBe('embedded');
    expect(bindingPlan(graph, true, bytes - 1)).toBe('shared');
    expect(bindingPlan(graph, false, 0)).toBe('embedded');
  });
});
