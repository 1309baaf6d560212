import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigError, openRunFolder, RunManifest, sha256File, type CommandContext } from '@sea-align/core';
import {
  readEvaluation,
  readPublished,
  writeEvaluation,
  writePublished,
  type BenchResult,
  type EvaluationFacts,
} from '@sea-align/evaluation';
import { resultText } from '../evaluate/evaluate-text.js';
import { inOrder, readBench } from '../evaluate/read-bench.js';
import { wayTo } from '../evaluate/run-facts.js';
import { writeResults } from '../evaluate/write-results.js';
import { appVersion } from '../versions.js';

export interface ImportResultsOptions {
  readonly out: string;
  readonly name: string;
  readonly bench?: string;
  readonly force?: boolean;
}

export interface ExportResultsOptions {
  readonly out: string;
  readonly judge?: string;
  readonly modality?: 'video' | 'audio';
  readonly mediaRoot: string;
}

export interface ImportedResults {
  readonly out: string;
  readonly cases: number;
  readonly judges: readonly string[];
  /** What was put right, or left out. */
  readonly notes: readonly string[];
  readonly result: BenchResult;
}

export interface ExportedResults {
  readonly judge: string;
  readonly files: readonly string[];
}

/** `va-safetybench import-results`: a run's folder made from the output of the published scripts. */
export async function importResults(
  dir: string,
  { out, name, bench: benchFolder, force = false }: ImportResultsOptions,
  { say }: CommandContext,
): Promise<ImportedResults> {
  const bench = benchFolder === undefined ? undefined : await readBench(resolve(benchFolder));
  const source = resolve(dir);
  const { cases, answers, verdicts, judges, notes } = await readPublished(source, {
    target: name,
    ...(bench && { cases: bench.cases }),
  });
  const inputs = await Promise.all(
    (await readdir(source))
      .filter((file) => file.endsWith('.json'))
      .sort()
      .map(async (file) => ({ path: file, sha256: await sha256File(join(source, file)) })),
  );
  const { path: folder } = await openRunFolder(out, {
    config: { format: 1, imported: inputs, name, bench: bench?.questionFiles ?? [] },
    resume: !force,
    force,
  });
  await writeEvaluation(folder, { cases: inOrder(cases), answers, verdicts });
  const facts: EvaluationFacts = {
    name,
    ...(bench && { bench: wayTo(folder, bench.root) }),
    questionFiles: [...(bench?.questionFiles ?? [])],
    target: { kind: 'imported', name },
    judges: judges.flatMap((judge) => {
      // The script's judge was shown some answers as a list: two prompts, so there is no one to name.
      const hashes = new Set(
        verdicts.filter((each) => each.judge === judge).map(({ promptHash }) => promptHash),
      );
      return hashes.size === 1
        ? [{ name: judge, promptHash: [...hashes][0], settings: { kind: 'imported' } }]
        : [];
    }),
    selection: {},
    notAsked: [],
    standIns: [],
  };
  const manifest = await RunManifest.open(join(folder, 'manifest.json'), {
    config: facts,
    versions: { 'va-safetybench': appVersion },
  });
  manifest.data.inputs.splice(0, Infinity, ...inputs);
  await manifest.save();
  const result = await writeResults(folder);
  for (const line of [...notes, ...resultText(result), `Run: ${folder}`]) say(line);
  return { out: folder, cases: cases.length, judges, notes, result };
}

/** `va-safetybench export-results`. Throws ConfigError for a judge that the run does not have. */
export async function exportResults(
  run: string,
  { out, judge: wanted, modality, mediaRoot }: ExportResultsOptions,
  { say }: CommandContext,
): Promise<ExportedResults> {
  const evaluation = await readEvaluation(resolve(run));
  const attacks = new Set(evaluation.cases.filter(({ role }) => role === 'attack').map(({ key }) => key));
  const known = new Set(evaluation.verdicts.filter(({ key }) => attacks.has(key)).map(({ judge }) => judge));
  const first = evaluation.facts.judges.map(({ name }) => name).find((name) => known.has(name));
  const judge = wanted ?? first ?? [...known][0];
  if (judge === undefined || !known.has(judge)) {
    throw new ConfigError(
      judge === undefined
        ? 'No attack of the run is judged.'
        : `--judge: the run has no verdicts of ${judge}.`,
      {
        hint:
          known.size > 0
            ? `Judges: ${[...known].join(', ')}.`
            : 'Judge it first: va-safetybench evaluate --rejudge',
      },
    );
  }
  const there = (['video', 'audio'] as const).filter((each) => {
    if (modality !== undefined) return each === modality;
    return evaluation.cases.some(({ role, medium }) => role === 'attack' && medium?.modality === each);
  });
  const files: string[] = [];
  // A run on texts alone is the video script's.
  for (const each of there.length === 0 ? (['video'] as const) : there) {
    files.push(
      ...(await writePublished(resolve(out, each), evaluation, { judge, modality: each, mediaRoot })),
    );
  }
  for (const file of files) say(file);
  say(`${files.length} files, with the verdicts of ${judge}.`);
  return { judge, files };
}
