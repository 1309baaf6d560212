import type { CaseRecord } from './records.js';
import type { Medium } from './tasks.js';

/** The keys of a question file, in the published order. */
export const questionKeys = {
  Video: ['Text_only', 'DM', 'TYPO', 'DM_TYPO'],
  Audio: ['Text_only', 'Audio_only', 'KPT', 'KPT_noise'],
} as const;

/** Path of a question file, relative to the benchmark. */
export function questionPath(medium: Medium, scenario: string): string {
  return `${medium}_questions/${scenario}.json`;
}

/** A question file: id -> question of each task. Written by hand, as objects would put numeric ids first. */
export function questionFile(medium: Medium, cases: readonly CaseRecord[]): string {
  const entries = cases.map(({ name, questions }) => {
    const texts: Readonly<Record<string, string>> = medium === 'Video' ? questions.video : questions.audio;
    const lines = questionKeys[medium].map(
      (key) => `        ${JSON.stringify(key)}: ${JSON.stringify(texts[key])}`,
    );
    return `    ${JSON.stringify(name)}: {\n${lines.join(',\n')}\n    }`;
  });
  return entries.length === 0 ? '{}\n' : `{\n${entries.join(',\n')}\n}\n`;
}
