import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createEngine,
  openSafetensors,
  writeSafetensors,
  type Engine,
  type WritableTensor,
} from '@sea-align/compute';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  fixtureModels,
  fixtures,
  hasSharedGolden,
  nextFixture,
  nodeEngine,
  sharedGolden,
  temporaryFolder,
} from '../testing/checkpoint.fixture.js';
import { verifyGolden, type GoldenReport } from './verify-golden.js';

const temporary = temporaryFolder();
afterAll(() => temporary.remove());

function failures({ cases }: GoldenReport): string[] {
  return cases.flatMap(({ case: name, tensors }) =>
    tensors
      .filter(({ passed }) => !passed)
      .map(({ tensor, maxDifference }) => `${name} ${tensor} ${maxDifference}`),
  );
}

describe.each(['onnxruntime-node', 'onnxruntime-web'] as const)('against transformers on %s', (backend) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ backend, threads: 2 });
  });
  afterAll(() => engine.dispose());

  it('the committed cases', async () => {
    const reports = [];
    for (const model of [...fixtureModels, nextFixture])
      reports.push(await verifyGolden(join(fixtures, model), engine));
    expect(reports.flatMap(failures)).toEqual([]);
    const cases = reports.flatMap((report) => report.cases);
    expect(cases.map((done) => done.case)).toEqual([
      'llama_llama3rope_full/batch2_leftpad',
      'mistral_window_two_layers/two_images',
      'qwen2_tied_sharded_bf16/batch2_rightpad',
      'llava_next_qwen2_tied_bf16/batch3_rightpad',
    ]);
    // 3 + 1 vision states, 2 or 3 decoder layers, and 15 others.
    expect(cases.map(({ tensors }) => tensors.length)).toEqual([22, 21, 22, 22]);
    expect(reports.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
  });

  it.runIf(hasSharedGolden())('the shared cases', async () => {
    const report = await verifyGolden(sharedGolden, engine);
    expect(failures(report)).toEqual([]);
    expect(report.cases.filter(({ case: name }) => name.includes('llava15_'))).toHaveLength(12);
    expect(report.cases.filter(({ case: name }) => name.includes('llava_next_'))).toHaveLength(3);
    expect(report).toMatchObject({ unsupported: [], unusable: [], exitCode: 0 });
  });
});

describe('what is wrong is found', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await nodeEngine();
  });
  afterAll(() => engine.dispose());

  async function changed(tensor: string, amount: number): Promise<GoldenReport> {
    const folder = join(temporary.folder, 'changed');
    rmSync(folder, { recursive: true, force: true });
    cpSync(join(fixtures, 'llama_llama3rope_full'), folder, { recursive: true });
    const path = join(folder, 'batch2_leftpad', 'outputs.safetensors');
    const file = await openSafetensors(path);
    const tensors = new Map<string, WritableTensor>(file.names().map((name) => [name, file.read(name)]));
    file.close();
    const { data } = tensors.get(tensor) as { data: Float32Array };
    data[data.length - 1] += amount;
    await writeSafetensors(path, tensors);
    return verifyGolden(folder, engine);
  }

  it.each([
    ['logits', 3e-4],
    ['loss', 5e-5],
    ['grad_pixel_values', 1e-3],
    ['llm_hidden.2', 0.1],
    ['merged_labels', 1],
    ['logits', NaN],
  ])('a changed %s (by %d)', async (tensor, amount) => {
    const report = await changed(tensor, amount);
    expect(failures(report)).toHaveLength(1);
    expect(failures(report)[0]).toContain(tensor);
    expect(report.exitCode).toBe(1);
  });

  it('a checkpoint that cannot be loaded is named, and the next one is compared', async () => {
    const root = join(temporary.folder, 'several');
    for (const name of ['a_broken', 'b_whole']) {
      cpSync(join(fixtures, 'llama_llama3rope_full'), join(root, name), { recursive: true });
    }
    rmSync(join(root, 'a_broken', 'model.safetensors'));
    const report = await verifyGolden(root, engine);
    expect(report.cases.map(({ case: name, passed }) => [name, passed])).toEqual([
      ['several/b_whole/batch2_leftpad', true],
    ]);
    expect(report.unusable).toMatchObject([{ folder: join(root, 'a_broken') }]);
    expect(report.exitCode).toBe(2);
    writeFileSync(join(root, 'a_broken', 'model.safetensors'), 'no tensors');
    expect((await verifyGolden(root, engine)).unusable).toHaveLength(1);
  });

  it('no case, and an unsupported family, are exit code 2', async () => {
    const folder = join(temporary.folder, 'other');
    cpSync(join(fixtures, 'llama_llama3rope_full'), folder, { recursive: true });
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'idefics' }));
    const report = await verifyGolden(folder, engine);
    expect(report).toMatchObject({
      exitCode: 2,
      cases: [],
      unsupported: [{ architecture: 'model_type "idefics"' }],
    });
    rmSync(join(folder, 'batch2_leftpad'), { recursive: true });
    expect((await verifyGolden(folder, engine)).exitCode).toBe(2);
  });
});
