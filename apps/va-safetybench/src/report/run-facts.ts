import { canonicalJson, formatDuration, sha256 } from '@sea-align/core';
import type { Evaluation, RunFact } from '@sea-align/evaluation';

/** What was run, line by line; what two runs have in common is worded the same, so that a report can mark what is not. */
export function factsOf({ facts, manifest }: Evaluation): RunFact[] {
  const { target, system, decoding, judges, selection, notAsked, standIns } = facts;
  const lines: [label: string, value: string | undefined][] = [
    ...Object.entries(target).map(([name, value]): [string, string] => [`target: ${name}`, wording(value)]),
    ['system prompt', system === undefined ? 'the target’s own' : system === '' ? 'none' : system],
    ...Object.entries(decoding ?? {}).map(([name, value]): [string, string] => [
      `decoding: ${words(name)}`,
      name === 'temperature' && value === 0 ? '0 (greedy)' : wording(value),
    ]),
    ...judges.map(({ name, promptHash, settings }): [string, string] => [
      `judge: ${name}`,
      [
        `prompt hash ${promptHash}`,
        ...Object.entries(settings).map(([key, value]) => `${key}: ${wording(value)}`),
      ].join('\n'),
    ]),
    ['benchmark', benchmarkHash(facts)],
    ...Object.entries(selection).map(([name, value]): [string, string] => [
      `selection: ${name}`,
      wording(value),
    ]),
    [
      'not asked',
      notAsked.map(({ role, task, cases, reason }) => `${cases} ${role}, ${task}: ${reason}`).join('\n'),
    ],
    ['stand-ins', standIns.join('\n')],
    ['engine', manifest.engine],
    ['machine', `${manifest.machine.cpu}, ${manifest.machine.cores} cores, ${manifest.machine.platform}`],
    [
      'versions',
      Object.entries(manifest.versions)
        .map((pair) => pair.join(' '))
        .join(', '),
    ],
    ['working time', formatDuration(manifest.stages.reduce((sum, { seconds }) => sum + seconds, 0))],
  ];
  return lines.flatMap(([label, value]) => (value === undefined || value === '' ? [] : [{ label, value }]));
}

/** One hash over all question files of the benchmark. */
export function benchmarkHash({ questionFiles }: Evaluation['facts']): string | undefined {
  if (questionFiles.length === 0) return undefined;
  const files = questionFiles
    .map(({ path, sha256: hash }) => [path, hash])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `sha256 ${sha256(canonicalJson(files))} over ${files.length} question files`;
}

/** Longer settings, such as lists of phrases, are cut off; the manifest has all of them. */
const longestWording = 400;

function wording(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= longestWording
    ? text
    : `${text.slice(0, longestWording)}… (all of it in manifest.json)`;
}

/** `maxNewTokens` as `max new tokens`. */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
