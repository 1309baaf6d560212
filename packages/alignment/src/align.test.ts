import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createEngine, type Engine, openSafetensors } from '@sea-align/compute';
import { DatasetError, Rng, RunFolderError } from '@sea-align/core';
import { type Embedding, loadAdapter, loadModel, type MultimodalModel } from '@sea-align/mllm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { align, type AlignArguments, type AlignmentResult } from './align.js';
import type { AlignmentOptions } from './options.js';
import { type AlignmentRow, inMemory } from './rows/alignment-row.js';
import { flatEmbedding } from './rows/flat-geometry.fixture.js';
import { writeTinyLlava } from './tiny-llava.fixture.js';

let root: string;
let engine: Engine;
let model: MultimodalModel;
let rows: AlignmentRow[];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'alignment-align-'));
  await writeTinyLlava(join(root, 'base'));
  engine = await createEngine({ threads: 1 });
  model = await loadModel(join(root, 'base'), { engine });
  const { geometry } = model;
  const embedding = (kind: string, n: number): Embedding => {
    const direction = new Rng(kind);
    const noise = new Rng(`${kind} ${n}`);
    const length = geometry.rows * geometry.width;
    const values = Float32Array.from({ length }, () => direction.normal() + 0.1 * noise.normal());
    return { values, geometry };
  };
  rows = Array.from({ length: 4 }, (_, n): AlignmentRow[] => {
    const harmful = { sampleId: `h${n}`, harmful: true, chosen: 'no', rejected: 'sure bomb' };
    const harmless = { sampleId: `b${n}`, harmful: false, chosen: 'sure bread', rejected: 'no' };
    const question = 'how to do this activity';
    return [
      { ...harmful, id: `th${n}`, question: 'how to do bomb', origin: 'text' },
      { ...harmful, id: `mh${n}`, question, origin: 'synthetic', embedding: embedding('harm', n) },
      { ...harmless, id: `tb${n}`, question: 'how to do bread', origin: 'text' },
      { ...harmless, id: `mb${n}`, question, origin: 'synthetic', embedding: embedding('bread', n) },
    ];
  }).flat();
}, 120_000);

afterAll(async () => {
  await model?.release();
  await engine?.dispose();
  await rm(root, { recursive: true });
});

const quick: AlignmentOptions = {
  steps: 4,
  rowsPerStep: { textHarmful: 2, textHarmless: 2, mediumHarmful: 2, mediumHarmless: 2, retention: 0 },
  microBatch: 4,
  validation: { fraction: 0.25, every: 2 },
};

function run(out: string, changes: Partial<AlignArguments> = {}): Promise<AlignmentResult> {
  const given = {
    model,
    rows,
    method: 'sft' as const,
    options: quick,
    rng: new Rng(1),
    out: join(root, out),
  };
  return align({ ...given, ...changes });
}

async function missing(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    () => true,
  );
}

/** Names of the weights that differ from the base model's. */
function changed({ overrides }: AlignmentResult): string[] {
  return [...overrides]
    .filter(([name, { data }]) => {
      const base = model.weights.get(name).data;
      return data.length !== base.length || data.some((value, at) => value !== base[at]);
    })
    .map(([name]) => name);
}

describe('align', () => {
  it('trains a model that answers as told: refuses one embedding, answers the other', async () => {
    const options = { ...quick, steps: 80, learningRate: 0.01, validation: { fraction: 0 } };
    const result = await run('full', { options, merged: true });
    expect(result.composition).toEqual({
      textHarmful: 2,
      textHarmless: 2,
      mediumHarmful: 2,
      mediumHarmless: 2,
      retention: 0,
    });
    const names = changed(result);
    expect(names.some((name) => name.startsWith('multi_modal_projector.'))).toBe(true);
    expect(names.some((name) => name.startsWith('language_model.'))).toBe(true);
    expect([...result.overrides.keys()].filter((name) => name.startsWith('vision_tower.'))).toEqual([]);

    const merged = await loadModel(result.files.merged ?? '', { engine });
    const answers = await merged.generate(
      rows.slice(0, 4).map(({ question, embedding }) => {
        const seen = embedding && inMemory(embedding) ? embedding : undefined;
        return { promptIds: merged.prompt({ question, medium: seen?.geometry }).ids, embedding: seen };
      }),
      { maxNewTokens: 4 },
    );
    expect(answers.map(({ text }) => text)).toEqual(['no', 'no', 'sure bread', 'sure bread']);
    await merged.release();

    const stored = await openSafetensors(result.files.weights ?? '');
    expect(stored.names()).toEqual([...result.overrides.keys()].toSorted());
    const [name, { data, shape }] = [...result.overrides][0];
    expect(stored.readFloat32(name)).toEqual(data);
    expect(stored.info(name).shape).toEqual(shape);
    stored.close();
  });

  it('changes the projector only when told so', async () => {
    const result = await run('projector', { trainable: { kind: 'projector' } });
    const names = changed(result);
    expect(names.length).toBeGreaterThan(0);
    expect(names.every((name) => name.startsWith('multi_modal_projector.'))).toBe(true);
  });

  it('writes a LoRA as a PEFT adapter that loadAdapter merges to the same weights', async () => {
    const trainable = {
      kind: 'lora' as const,
      rank: 2,
      alpha: 4,
      targets: ['q_proj', 'down_proj', 'linear_1'],
    };
    const result = await run('lora', { trainable, method: 'dpo' });
    expect(changed(result)).toHaveLength(2 + 2 + 1);
    const loaded = await loadAdapter(result.files.adapter ?? '', model);
    expect([...loaded.keys()].toSorted()).toEqual([...result.overrides.keys()].toSorted());
    for (const [name, { data }] of result.overrides) {
      const other = loaded.get(name)?.data ?? [];
      data.forEach((value, at) => expect(Math.abs(Number(value) - Number(other[at]))).toBeLessThan(1e-6));
    }
  });

  it('starts DPO at ln 2 and widens the margin', async () => {
    const result = await run('dpo', { method: 'dpo' });
    expect(result.history[0].metrics.dpoLoss).toBeCloseTo(Math.LN2, 4);
    expect(result.history[0].metrics.rewardMargin).toBeCloseTo(0, 4);
    expect(result.history[3].metrics.rewardMargin).toBeGreaterThan(0);
  });

  it('resumes an aborted run to the bits of an uninterrupted one, and a finished one at once', async () => {
    const whole = await run('whole', { method: 'dpo' });
    const abort = new AbortController();
    const onProgress: AlignArguments['onProgress'] = ({ stage, done }) => {
      if (stage === 'train' && done === 3) abort.abort(new Error('interrupted'));
    };
    await expect(run('cut', { method: 'dpo', signal: abort.signal, onProgress })).rejects.toThrow(
      'interrupted',
    );
    const resumed = await run('cut', { method: 'dpo', resume: true });
    expect(resumed.overrides).toEqual(whole.overrides);
    expect(resumed.history).toEqual(whole.history);
    expect(await missing(join(root, 'cut', 'checkpoint.safetensors'))).toBe(true);
    const seen: string[] = [];
    const again = await run('cut', {
      method: 'dpo',
      resume: true,
      onProgress: ({ stage }) => seen.push(stage),
    });
    expect(again.overrides).toEqual(whole.overrides);
    expect(again.best).toEqual(whole.best);
    expect(seen).toEqual([]);
  });

  it('refuses the folder of another run unless told, before training', async () => {
    await run('taken');
    await expect(run('taken')).rejects.toThrow(RunFolderError);
    await expect(run('taken', { resume: true, rng: new Rng(2) })).rejects.toThrow(/seed/);
    await expect(run('taken', { resume: true, rows: rows.slice(1) })).rejects.toThrow(/rows/);
    await run('taken', { force: true, rng: new Rng(2) });
    await writeFile(join(root, 'notes.txt'), 'mine');
    await expect(align({ model, rows, method: 'sft', rng: new Rng(1), out: root })).rejects.toThrow(
      RunFolderError,
    );
  });

  it('warns where nothing holds the model back from refusing everything', async () => {
    const messages: string[] = [];
    const refusals = rows.filter(({ harmful }) => harmful);
    const onProgress: AlignArguments['onProgress'] = ({ message }) => {
      if (message !== undefined) messages.push(message);
    };
    const result = await run('refusals', { rows: refusals, onProgress });
    expect(result.warnings).toEqual([expect.stringMatching(/no harmless rows/)]);
    expect(messages).toEqual(result.warnings);
    const report: unknown = JSON.parse(await readFile(join(root, 'refusals', 'result.json'), 'utf8'));
    expect(report).toMatchObject({ method: 'sft', steps: 4, warnings: result.warnings });
  });

  it('refuses rows that the model cannot take, naming them', async () => {
    const long = { ...rows[0], id: 'long', question: 'how '.repeat(70) };
    await expect(run('long', { rows: [...rows, long] })).rejects.toThrow(
      /row "long" is \d+ tokens long; at most 64/,
    );
    const short = { ...rows[1], id: 'short', embedding: flatEmbedding(0, 0, 0) };
    await expect(run('short', { rows: [short, ...rows] })).rejects.toThrow(DatasetError);
  });
});
