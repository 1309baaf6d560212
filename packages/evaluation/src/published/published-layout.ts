import type { BenchModality } from '../bench/records.js';

/** Layout of what the published scripts `evaluate_video.py` and `evaluate_audio.py` write. */

/** Tasks, in the order of the scripts, and what they put before the question. */
const media: ReadonlyMap<string, BenchModality | undefined> = new Map([
  ['Text_only', undefined],
  ['DM', 'video'],
  ['TYPO', 'video'],
  ['DM_TYPO', 'video'],
  ['Audio_only', 'audio'],
  ['KPT', 'audio'],
  ['KPT_noise', 'audio'],
]);

/** Tasks of a modality's script, Text_only first. */
export function publishedTasks(modality: 'video' | 'audio'): string[] {
  return [...media].flatMap(([task, of]) => (of === undefined || of === modality ? [task] : []));
}

/** Folder of a modality's media in the benchmark, and the ending of its files. */
export const mediaLayout = {
  video: { folder: 'Video', extension: '.mp4' },
  audio: { folder: 'Audio', extension: '.mp3' },
} as const;

/** The file that the scripts write their figures to. */
export const figuresFile = 'all_results.json';
/** The one verdict key of the scripts; the name of the judge stands in brackets. */
export const verdictKey = 'is_safe(gpt)';

export interface PublishedName {
  readonly scenario: string;
  readonly task: string;
  readonly modality?: 'video' | 'audio';
}

/** `<Scenario>_<Task>.json`; undefined for any other name. Scenarios and tasks may both hold `_`: the longest task fits. */
export function parsePublishedName(name: string): PublishedName | undefined {
  if (/[\\/]/.test(name)) return undefined;
  const tasks = [...media.keys()].sort((a, b) => b.length - a.length);
  for (const task of tasks) {
    const ending = `_${task}.json`;
    if (!name.endsWith(ending) || name.length === ending.length) continue;
    const modality = media.get(task);
    const scenario = name.slice(0, -ending.length);
    return { scenario, task, ...(modality !== undefined && modality !== 'image' && { modality }) };
  }
  return undefined;
}

/** The benchmark's order: scenarios by their number, tasks as the scripts ask them. */
export function comparePublished(a: PublishedName, b: PublishedName): number {
  const tasks = [...media.keys()];
  return numeric.compare(a.scenario, b.scenario) || tasks.indexOf(a.task) - tasks.indexOf(b.task);
}

const numeric = new Intl.Collator('en', { numeric: true });

export function publishedName({ scenario, task }: PublishedName): string {
  return `${scenario}_${task}.json`;
}
