import { createEngine } from '@sea-align/compute';
import { createPackedScorer, loadModel } from '@sea-align/mllm';
import { figure, type BenchReport } from './bench-report.js';
import { interleave } from './interleaved.js';
import { randomLlava } from './random-llava.js';
import { scoringMembers } from './scoring-members.js';
import { tokenWorkload } from './token-workload.js';

/** What more control samples cost: a packed step of the 512-wide LLaVA with 2, 4 and 8 of them. */
export async function benchControlSamples(options: {
  repeats: number;
  threads: number;
}): Promise<BenchReport> {
  const engine = await createEngine({ backend: 'onnxruntime-node', threads: options.threads });
  const random = await randomLlava();
  const model = await loadModel(random.folder, { engine });
  const rows: string[][] = [];
  const data: unknown[] = [];
  try {
    for (const kind of ['as prepared', 'random tokens, nothing shared'] as const) {
      const scorers = await Promise.all(
        [2, 4, 8].map(async (controls) => {
          const random = kind === 'as prepared' ? undefined : await tokenWorkload(model, 2, controls);
          const { prefixIds, members } = random ?? (await scoringMembers(model, 2, controls));
          const scorer = await createPackedScorer(model, { prefixIds, batchSize: 2, branches: controls });
          return { controls, scorer, members };
        }),
      );
      const timings = await interleave(
        scorers.map(({ controls, scorer, members }) => ({
          name: `${controls} control samples, ${kind}`,
          run: () => scorer.score(members),
        })),
        options.repeats,
      );
      for (const { scorer } of scorers) await scorer.release();
      rows.push(
        ...timings.map(({ name, median }) => [
          name,
          figure(median / 2),
          `${figure(median / timings[0].median)}x`,
        ]),
      );
      data.push(...timings);
    }
  } finally {
    await model.release();
    await random.remove();
    await engine.dispose();
  }
  return {
    id: 'controls',
    title: 'What control samples cost',
    how: `One packed step of the 512-wide LLaVA with 576 image tokens (two embeddings a call, ${engine.describe()}), median of ${options.repeats} interleaved repeats. "As prepared": the content question, style and trait questions and further content questions of the toy world with their answers; the random ones have 15 tokens of question and 16 of answer each.`,
    columns: ['', 'ms per embedding', 'against 2'],
    rows,
    data,
  };
}
