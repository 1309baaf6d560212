import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { imageRequestCases, renderScene, textSafetyDataset } from '@sea-align/tiny-models';

/** Text that would run, break out of an attribute or steer a terminal if it were not escaped. */
export const hostile = `"><script>alert('x')</script><img src=x onerror=alert(1)>&amp;\u001b[2J\u202e`;

/** Rows of the toy dataset: harmful and harmless ones, one of them under a hostile id. */
export const rows = 12;

/**
 * Writes a recipe with its dataset, cases and images: every stage and both methods on the embedded model, in seconds.
 * @returns path of the recipe
 */
export async function writeSmallRecipe(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const all = textSafetyDataset();
  const pick = (harmful: boolean) =>
    all.filter((row) => row.harmful === harmful).filter((_, i) => i % 5 === 0);
  const data = [...pick(true).slice(0, rows / 2), ...pick(false).slice(0, rows / 2)];
  data[1] = { ...data[1], id: hostile };
  await writeLines(path.join(folder, 'data.jsonl'), data);

  const requests = imageRequestCases({ split: 'test', seed: 1, perConcept: 1 });
  const chosen = [
    ...requests.filter((item) => item.dangerous).slice(0, 3),
    ...requests.filter((item) => !item.dangerous).slice(0, 2),
  ];
  const cases = await Promise.all(
    chosen.map(async ({ id, condition, measure, question, scene }) => {
      const image = `${id}.png`;
      if (scene) await writeFile(path.join(folder, image), (await renderScene(scene)).png);
      return { id, condition, measure, question, image };
    }),
  );
  const texts = [
    { id: hostile, condition: `texts ${hostile}`, measure: 'attack', question: hostile },
    {
      id: 'caption',
      condition: 'captions',
      measure: 'accuracy',
      question: hostile,
      expected: ['bread'],
      image: cases[0].image,
    },
  ];
  await writeLines(path.join(folder, 'cases.jsonl'), [...cases, ...texts]);

  const recipe = path.join(folder, 'recipe.yaml');
  await writeFile(
    recipe,
    `name: small
seed: 5
model: tiny-llava
data: [{ input: data.jsonl }]
prepare: { extractor: { kind: offline, lexicon: toy }, probeMedia: toy }
optimize: { steps: 30, batchSize: 4, shardBytes: 16384 }
align:
  - { name: ${JSON.stringify(`SEA <SFT> & "full"`)}, method: sft, trainable: { kind: full }, options: { steps: 4, checkpointEvery: 1 } }
  - { name: SEA DPO, trainable: { kind: lora, rank: 4 }, options: { steps: 3, checkpointEvery: 1 }, merged: true }
evaluate: { cases: cases.jsonl, maxNewTokens: 12, batchSize: 1 }
`,
  );
  return recipe;
}

const writeLines = (file: string, values: readonly unknown[]) =>
  writeFile(file, values.map((value) => `${JSON.stringify(value)}\n`).join(''));
