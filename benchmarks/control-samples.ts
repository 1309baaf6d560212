import { createEngine, type Graph } from '@sea-align/compute';
import { createPackedScorer, loadModel, type PackedMember, type PackedScorer } from '@sea-align/mllm';
import { figure, type BenchReport } from './bench-report.js';
import { interleave } from './interleaved.js';
import { productOperations, watched } from './program-work.js';
import { randomLlava } from './random-llava.js';
import { scoringMembers } from './scoring-members.js';
import { tokenWorkload } from './token-workload.js';

interface Scored {
  controls: number;
  scorer: PackedScorer;
  members: PackedMember[];
  /** Operations of one call. */
  work: number;
}

/** What more control samples cost: a packed step of the 512-wide LLaVA with 2, 4 and 8 of them. */
export async function benchControlSamples(options: {
  repeats: number;
  threads: number;
}): Promise<BenchReport> {
  const { engine, graphs } = watched(
    await createEngine({ backend: 'onnxruntime-node', threads: options.threads }),
  );
  const random = await randomLlava();
  const model = await loadModel(random.folder, { engine });
  const rows: string[][] = [];
  const data: unknown[] = [];
  try {
    for (const kind of ['as prepared', 'random tokens, nothing shared'] as const) {
      const scorers: Scored[] = [];
      for (const controls of [2, 4, 8]) {
        const random = kind === 'as prepared' ? undefined : await tokenWorkload(model, 2, controls);
        const { prefixIds, members } = random ?? (await scoringMembers(model, 2, controls));
        const scorer = await createPackedScorer(model, { prefixIds, batchSize: 2, branches: controls });
        graphs.clear();
        await scorer.score(members);
        scorers.push({ controls, scorer, members, work: workOf(graphs, members.length) });
      }
      const timings = await interleave(
        scorers.map(({ controls, scorer, members }) => ({
          name: `${controls} control samples, ${kind}`,
          run: () => scorer.score(members),
        })),
        options.repeats,
      );
      for (const { scorer } of scorers) await scorer.release();
      rows.push(
        ...timings.map(({ name, median }, at) => [
          name,
          figure(median / 2),
          `${figure(median / timings[0].median)}x`,
          `${figure(scorers[at].work / scorers[0].work)}x`,
        ]),
      );
      data.push(...timings.map((timing, at) => ({ ...timing, operations: scorers[at].work })));
    }
  } finally {
    await model.release();
    await random.remove();
    await engine.dispose();
  }
  return {
    id: 'controls',
    title: 'What control samples cost',
    how: `One packed step of the 512-wide LLaVA with 576 image tokens (two embeddings a call, ${engine.describe()}), median of ${options.repeats} interleaved repeats. "As prepared": the content question, style and trait questions and further content questions of the toy world with their answers; the random ones have 15 tokens of question and 16 of answer each. "Operations" are those of the matrix products of the compiled step.`,
    columns: ['', 'ms per embedding', 'time against 2', 'operations against 2'],
    rows,
    data,
  };
}

/** Operations of one `score` call. Members of one length share a session, which runs as often as its rows go into them. */
function workOf(graphs: ReadonlyMap<string, Graph>, members: number): number {
  const sessions = [...graphs].flatMap(([label, graph]) => {
    const rows = /^packed (\d+) /.exec(label)?.[1];
    return rows === undefined ? [] : [{ rows: Number(rows), operations: productOperations(graph) }];
  });
  const each = members / sessions.length;
  return sessions.reduce((sum, { rows, operations }) => sum + operations * Math.ceil(each / rows), 0);
}
