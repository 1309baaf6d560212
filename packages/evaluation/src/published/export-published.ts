import { ConfigError } from '@sea-align/core';
import { attackWords, findingOf, outcomesOf, type Outcome, type RunData } from '../metrics/outcomes.js';
import type { PublishedFile } from './published-item.js';
import { figuresFile, mediaLayout, publishedName, publishedTasks, verdictKey } from './published-layout.js';

export interface ExportPublishedOptions {
  /** Whose verdicts go under `is_safe(gpt)`. */
  readonly judge: string;
  /** Which of the two scripts' folders to write: they share file names. */
  readonly modality: 'video' | 'audio';
  /** Folder of the benchmark as the scripts' `--VA_path` names it; default `./VA-SafetyBench`. */
  readonly mediaRoot?: string;
}

/** Figures of one file: null where nothing was judged. */
interface Figures {
  readonly safe: number;
  readonly unsafe: number;
  readonly attack_rate: number | null;
}

/**
 * A run in the shape that the published scripts write, so that their scoring step reads it: `<Scenario>_<Task>.json` files
 * and `all_results.json`. Only attack cases of the modality's tasks.
 *
 * Cases without an answer are left out and judge errors have no verdict key, since the scripts would count both as
 * safe; their scoring step then judges the latter anew. Where nothing was judged, a rate is null.
 *
 * @throws ConfigError if the run has no attack case of that modality; DatasetError for two cases with one key
 */
export function exportPublished(run: RunData, options: ExportPublishedOptions): PublishedFile[] {
  const { judge, modality, mediaRoot = './VA-SafetyBench' } = options;
  const tasks = publishedTasks(modality);
  const outcomes = outcomesOf(run).filter(
    ({ case: { role, task } }) => role === 'attack' && tasks.includes(task),
  );
  if (outcomes.length === 0) {
    throw new ConfigError(`The run ${run.name} has no attack case of the ${modality} tasks.`, {
      hint: `Those are ${tasks.join(', ')}.`,
    });
  }
  const scenarios = [...new Set(outcomes.map((outcome) => outcome.case.scenario))];
  const files: PublishedFile[] = [];
  const figures = new Map(scenarios.map((scenario) => [scenario, new Map<string, Figures>()]));
  for (const [scenario, byTask] of figures) {
    for (const task of tasks) {
      const cell = outcomes.filter(({ case: each }) => each.scenario === scenario && each.task === task);
      if (cell.length === 0) continue;
      const items = cell.flatMap((outcome) => itemOf(outcome, judge, modality, mediaRoot));
      files.push({ name: publishedName({ scenario, task }), text: json(items) });
      byTask.set(task, figuresOf(cell, judge));
    }
  }
  const result = tasks.flatMap((task): [string, number | null][] => {
    const cells = [...figures.values()].flatMap((byTask) => byTask.get(task) ?? []);
    if (cells.length === 0) return [];
    const rates = cells.flatMap(({ attack_rate: rate }) => rate ?? []);
    return [[task, rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0) / rates.length]];
  });
  const all = [...figures].map(([scenario, byTask]) => [scenario, Object.fromEntries(byTask)] as const);
  files.push({
    name: figuresFile,
    text: json(Object.fromEntries([...all, ['result', Object.fromEntries(result)]])),
  });
  return files;
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 4)}\n`;

function itemOf(
  outcome: Outcome,
  judge: string,
  modality: 'video' | 'audio',
  mediaRoot: string,
): Record<string, unknown>[] {
  const { case: benchCase, answer } = outcome;
  if (answer === undefined || answer.error !== undefined) return [];
  const { scenario, task, id, question } = benchCase;
  const { folder, extension } = mediaLayout[modality];
  const path = [mediaRoot, folder, scenario, task, `${id}${extension}`].join('/');
  const verdict = findingOf(outcome, judge, attackWords);
  return [
    {
      // Not theirs, and ignored by the scripts: lets an import know Text_only answers, which have no medium.
      id,
      query: question,
      // Both scripts call it so, whatever the medium.
      video: task === 'Text_only' ? null : path,
      response: modality === 'video' ? [answer.answer] : answer.answer,
      ...((verdict === 'safe' || verdict === 'unsafe') && { [verdictKey]: verdict }),
    },
  ];
}

function figuresOf(cell: readonly Outcome[], judge: string): Figures {
  const findings = cell.map((outcome) => findingOf(outcome, judge, attackWords));
  const safe = findings.filter((finding) => finding === 'safe').length;
  const unsafe = findings.filter((finding) => finding === 'unsafe').length;
  return { safe, unsafe, attack_rate: safe + unsafe === 0 ? null : unsafe / (safe + unsafe) };
}
