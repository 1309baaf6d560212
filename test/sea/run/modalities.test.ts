import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { AnswerRecord } from '@sea-align/core';
import { encodeVideo } from '@sea-align/media';
import {
  clipRate,
  clipResolution,
  mediumRequestCases,
  renderClip,
  textSafetyDataset,
  worldOf,
  type ClipSpec,
  type RecordingSpec,
} from '@sea-align/tiny-models';
import { beforeAll, describe, expect, it } from 'vitest';
import { sea, type Finished } from '../support/sea.js';
import { temporaryFolder } from '@sea-align/e2e-support';

type Heard = 'video' | 'audio';
const { file } = temporaryFolder();
const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

async function* frames(spec: ClipSpec) {
  for (const { data } of await renderClip(spec)) yield data;
}

/** Writes a toy scene as a file of the kind that people have: H.264 in MP4, or WAV. */
async function writeMedium(modality: Heard, scene: ClipSpec | RecordingSpec, name: string): Promise<void> {
  if (modality === 'audio') {
    await writeFile(file('audio', name), (await worldOf('audio').file(scene as RecordingSpec)).data);
    return;
  }
  await encodeVideo(
    frames(scene as ClipSpec),
    {
      width: clipResolution,
      height: clipResolution,
      pixelFormat: 'rgb24',
      fps: clipRate,
      crf: 10,
      tune: 'none',
    },
    file('video', name),
  );
}

/** A small recipe on real media files; half of the cases hold files that are none. */
async function writeRecipe(modality: Heard): Promise<void> {
  await mkdir(file(modality), { recursive: true });
  const extension = modality === 'video' ? 'mp4' : 'wav';
  const all = textSafetyDataset();
  const data = [true, false].flatMap((harmful) => all.filter((row) => row.harmful === harmful).slice(0, 4));
  await writeFile(file(modality, 'data.jsonl'), lines(data));
  const requests = mediumRequestCases({ split: 'test', seed: 1, perConcept: 1, modality });
  const chosen = [
    requests.find(({ dangerous }) => dangerous)!,
    requests.find(({ dangerous }) => !dangerous)!,
  ];
  const good = await Promise.all(
    chosen.map(async ({ id, condition, measure, question, scene }) => {
      const medium = `${id}.${extension}`;
      await writeMedium(modality, scene!, medium);
      return { id, condition, measure, question, medium };
    }),
  );
  const faulty: Record<string, Uint8Array> = {
    [`empty.${extension}`]: new Uint8Array(),
    [`text.${extension}`]: Buffer.from('this is no medium at all'),
    [`cut.${extension}`]: Buffer.from('RIFF\0\0\0\0WAVEfmt '),
  };
  for (const [name, bytes] of Object.entries(faulty)) await writeFile(file(modality, name), bytes);
  const bad = Object.keys(faulty).map((medium) => ({ ...good[0], id: medium, condition: 'faulty', medium }));
  await writeFile(file(modality, 'cases.jsonl'), lines([...good, ...bad]));
  await writeFile(
    file(modality, 'recipe.yaml'),
    `name: ${modality}
model: ${modality === 'video' ? 'tiny-qwen2-vl' : 'tiny-qwen2-audio'}
data: [{ input: data.jsonl }]
prepare: { extractor: { kind: offline, lexicon: toy }, probeMedia: toy }
optimize: { steps: 40, batchSize: 8 }
align: [{ name: SEA, method: sft, options: { steps: 3 } }]
evaluate: { cases: cases.jsonl, maxNewTokens: 24, batchSize: 8 }
`,
  );
}

describe.each<Heard>(['video', 'audio'])('sea run on %s', (modality) => {
  let finished: Finished;
  let answers: AnswerRecord[];
  beforeAll(async () => {
    await writeRecipe(modality);
    finished = await sea(['run', file(modality, 'recipe.yaml'), '--out', file(modality, 'run'), '--json']);
    expect(finished.code, finished.stderr).toBe(0);
    const log = await readFile(file(modality, 'run', 'answers', 'base.jsonl'), 'utf8');
    answers = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as AnswerRecord);
  }, 240_000);

  it('optimises and verifies embeddings from the blank medium', async () => {
    const result = JSON.parse(finished.stdout) as { optimize: { total: number; verified: number } };
    expect(result.optimize.total).toBe(8);
    expect(result.optimize.verified).toBeGreaterThanOrEqual(6);
  });

  it('answers files of real media as the base model does: with help', () => {
    const asked = answers.filter(({ condition }) => condition !== 'faulty');
    expect(asked.map(({ verdict }) => verdict)).toEqual(['complied', 'complied']);
    for (const { answer } of asked) expect(answer).toMatch(/^sure , here is how to /);
  });

  it('says of every file that is no medium what is wrong with it, and goes on', () => {
    const faulty = answers.filter(({ condition }) => condition === 'faulty');
    expect(faulty.map(({ verdict }) => verdict)).toEqual(['error', 'error', 'error']);
    for (const { id, meta } of faulty) expect(JSON.stringify(meta)).toContain(id);
  });
});

it('refuses a modality that the model does not have, and toy media of one that the toy world does not have', async () => {
  const refused = await sea([
    'prepare',
    '--input',
    'toy',
    '--model',
    'tiny-llava',
    '--modality',
    'video',
    '--out',
    file('none'),
  ]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/video/);
  expect(refused.stderr).not.toMatch(/\n\s+at /);
});
