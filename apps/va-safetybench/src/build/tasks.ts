import { ConfigError } from '@sea-align/core';

/** The tasks that have media, in the order in which they are built: DM_TYPO joins onto DM, KPT_noise onto KPT. */
export const mediaTasks = ['TYPO', 'DM', 'DM_TYPO', 'Audio_only', 'KPT', 'KPT_noise'] as const;
export type MediaTask = (typeof mediaTasks)[number];
export type Medium = 'Video' | 'Audio';

export function mediumOf(task: MediaTask): Medium {
  return task === 'TYPO' || task === 'DM' || task === 'DM_TYPO' ? 'Video' : 'Audio';
}

/** What is to be built. */
export interface TaskSelection {
  /** Media whose question files are written. */
  readonly questions: readonly Medium[];
  readonly media: readonly MediaTask[];
}

const groups: Readonly<Record<string, TaskSelection>> = {
  video: { questions: ['Video'], media: ['TYPO', 'DM', 'DM_TYPO'] },
  audio: { questions: ['Audio'], media: ['Audio_only', 'KPT', 'KPT_noise'] },
  Text_only: { questions: ['Video', 'Audio'], media: [] },
  ...Object.fromEntries(mediaTasks.map((task) => [task, { questions: [mediumOf(task)], media: [task] }])),
  // Without DM there is nothing to join onto.
  DM_TYPO: { questions: ['Video'], media: ['DM', 'DM_TYPO'] },
};

/** `video`, `audio` and names of tasks; none: all eight. Throws ConfigError for other words. */
export function selectTasks(words: readonly string[] = ['video', 'audio']): TaskSelection {
  const unknown = words.filter((word) => !Object.hasOwn(groups, word));
  if (unknown.length > 0 || words.length === 0) {
    throw new ConfigError(`--tasks: ${unknown.map((word) => JSON.stringify(word)).join(', ')} is no task.`, {
      hint: `Tasks: ${Object.keys(groups).join(', ')}.`,
    });
  }
  const chosen = words.map((word) => groups[word]);
  return {
    questions: (['Video', 'Audio'] as const).filter((medium) =>
      chosen.some(({ questions }) => questions.includes(medium)),
    ),
    media: mediaTasks.filter((task) => chosen.some(({ media }) => media.includes(task))),
  };
}

/** Where a published evaluation script looks for a medium, relative to the benchmark. */
export function mediaPath(task: MediaTask, scenario: string, name: string, extension?: string): string {
  const medium = mediumOf(task);
  return [medium, scenario, task, `${name}.${extension ?? (medium === 'Video' ? 'mp4' : 'mp3')}`].join('/');
}
