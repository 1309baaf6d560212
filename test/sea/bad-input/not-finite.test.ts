import { readFile, writeFile } from 'node:fs/promises';
import type { EmbeddingRecord } from '@sea-align/core';
import type { OptimizeSummary } from '@sea-align/optimizer';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeRandomLlava } from '../support/random-llava.js';
import { expectRefused, filesBelow, temporaryFolder } from '@sea-align/e2e-support';
import { sea, seaResult } from '../support/sea.js';

const { file } = temporaryFolder();
const model = () => ['--model', file('model')];

/** A step of this size makes the next activations overflow. */
const tooFar = '1e38';

beforeAll(async () => {
  await writeRandomLlava(file('model'));
  const args = ['--input', 'toy', '--limit', '6', '--set', 'stylesPerSample=0', '--out', file('prepared')];
  const result = await sea(['prepare', ...model(), ...args]);
  expect(result.code, result.stderr).toBe(0);
});

async function records(folder: string): Promise<EmbeddingRecord[]> {
  const text = await readFile(file(folder, 'embeddings.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as EmbeddingRecord);
}

const optimize = (out: string, ...settings: string[]) => [
  'optimize',
  ...model(),
  ...['--prepared', file('prepared'), '--out', file(out)],
  ...['verify.enabled=false', ...settings].flatMap((setting) => ['--set', setting]),
];

describe('a loss that becomes NaN', () => {
  it('in optimisation stops that embedding, keeps the rest, and says which', async () => {
    // One sample meets the stop rule before its first step and is kept; the others are sent too far.
    const start = await seaResult<OptimizeSummary>(optimize('start', 'steps=0'));
    expect(start.stopped.diverged).toBe(0);
    const losses = (await records('start')).map(({ loss }) => loss).sort((a, b) => a - b);
    const [lowest, next] = losses;
    expect(next).toBeGreaterThan(lowest);

    // Every target has 6 or 7 tokens here; find by bisection a threshold that some but not all samples meet.
    let summary = start;
    for (let low = 0, high = losses[losses.length - 1], tries = 0; tries < 8; tries++) {
      const threshold = (low + high) / 2;
      const settings = ['steps=3', `learningRate=${tooFar}`, `stop.lossPerToken=${threshold}`];
      summary = await seaResult<OptimizeSummary>([...optimize('nan', ...settings), '--force']);
      if (summary.stopped.diverged === 0) high = threshold;
      else if (summary.stopped.converged === 0) low = threshold;
      else break;
    }
    const { converged, diverged } = summary.stopped;
    expect(converged).toBeGreaterThan(0);
    expect(diverged).toBeGreaterThan(0);
    const found = await records('nan');
    expect(found).toHaveLength(6);
    for (const record of found) {
      if (record.stopped === 'diverged')
        expect(record.reason).toMatch(/^diverged: loss or gradient was NaN or infinite/);
      else expect(Number.isFinite(record.loss)).toBe(true);
    }
    const said = await sea([
      // Steps enough for all: how many it takes hangs on the last bits of the first.
      ...optimize('nan', 'steps=20', `learningRate=${tooFar}`, 'stop.lossPerToken=1'),
      '--force',
    ]);
    for (const { id } of found) expect(said.stdout).toContain(`dropped ${id}: diverged: loss or gradient`);
    expect(said.code).toBe(0);
  });

  it('in alignment: which step, nothing written as a result; one faulty arm does not cost the others', async () => {
    const steps = [
      '--set',
      'options.steps=4',
      '--set',
      'options.validation.fraction=0',
      '--set',
      'data=textual',
      '--set',
      'trainable.kind=full',
    ];
    const args = [
      'align',
      ...model(),
      '--prepared',
      file('prepared'),
      '--embeddings',
      file('none'),
      ...steps,
    ];
    const alone = await sea([...args, '--out', file('aligned'), '--set', `options.learningRate=${tooFar}`]);
    expectRefused(alone, 1, /step 2/, /not finite|NaN/);
    expect(filesBelow(file('aligned')).filter((name) => /weights|result|adapter/.test(name))).toEqual([]);

    const recipe = file('recipe.yaml');
    const arm = (name: string, more: string) =>
      `{ name: ${name}, data: textual, method: sft, trainable: { kind: full }, options: { steps: 2, validation: { fraction: 0 }${more} } }`;
    await writeFile(
      recipe,
      `name: arms\nmodel: model\ndata: [{ input: toy, limit: 6 }]\noptimize: { steps: 1, verify: { enabled: false } }\n` +
        `align:\n  - ${arm('too far', `, learningRate: ${tooFar}`)}\n  - ${arm('sound', '')}\n` +
        `  - { name: no embedding, data: sea }\n`,
    );
    const run = await sea(['run', recipe, '--out', file('run')]);
    expect(run.stderr).toMatch(
      /^sea: 2 of 3 arms ended without a result:\n {2}too far: .*step 2.*\n {2}no embedding: /m,
    );
    expect(run.stderr).toContain('The other results are kept');
    expect(run.code).toBe(1);
    expect(filesBelow(file('run', 'arms', 'sound'))).toContain('weights/model.safetensors');
    expect(await readFile(file('run', 'report.html'), 'utf8')).toContain('too far (');
  });

  it('in all embeddings: an arm that needs them says so', async () => {
    const { stopped } = await seaResult<OptimizeSummary>(
      optimize('none', 'steps=20', `learningRate=${tooFar}`),
    );
    expect(stopped.diverged).toBe(6);
    const args = ['align', ...model(), '--prepared', file('prepared'), '--embeddings', file('none')];
    const result = await sea([...args, '--out', file('empty')]);
    expectRefused(result, 1, 'No embedding of a harmful sample', 'passed verification', file('none'));
    expect(filesBelow(file('empty'))).toEqual([]);
  });
});
