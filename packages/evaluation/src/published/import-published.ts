import { canonicalJson, DatasetError, sha256 } from '@sea-align/core';
import { caseKey, type AnswerEntry, type BenchCase, type VerdictEntry } from '../bench/records.js';
import { itemIds, type NamedItems } from './item-ids.js';
import {
  parsePublishedFile,
  verdictOfReply,
  type PublishedFile,
  type PublishedItem,
} from './published-item.js';
import { comparePublished, figuresFile, mediaLayout, parsePublishedName } from './published-layout.js';

export interface ImportPublishedOptions {
  /** Stored with every answer; default `published`. */
  readonly target?: string;
  /**
   * Cases of the benchmark that was asked: gives ids to Text_only answers, and hashes to media, so that the import pairs
   * with our runs on that benchmark.
   */
  readonly cases?: readonly BenchCase[];
}

/** Results of the published scripts in our records. */
export interface PublishedImport {
  readonly cases: readonly BenchCase[];
  readonly answers: readonly AnswerEntry[];
  readonly verdicts: readonly VerdictEntry[];
  /** Judges found; the scripts' own is `published:gpt`. */
  readonly judges: readonly string[];
  /** What was put right or left out; sentences for the reader. */
  readonly notes: readonly string[];
}

/**
 * Reads a folder of `<Scenario>_<Task>.json` files of the published evaluation scripts.
 *
 * A judge's reply that is not safe or unsafe (`Error!`, `Exception!`, anything else) becomes an error, not a verdict. An
 * answer stored as a list of one becomes the answer. Its verdicts get a prompt hash of their own: that judge was shown
 * the list, brackets and all. Latency is not known and 0.
 *
 * @throws DatasetError for a file that is not a list of answers, an answer twice, or no results file at all
 */
export function importPublished(
  files: readonly PublishedFile[],
  { target = 'published', cases: known = [] }: ImportPublishedOptions = {},
): PublishedImport {
  const notes: string[] = [];
  const named = files.flatMap((file): NamedItems[] => {
    if (file.name === figuresFile) return [];
    const name = parsePublishedName(file.name);
    if (name !== undefined) return [{ ...name, file: file.name, items: parsePublishedFile(file) }];
    notes.push(`${file.name}: left out, its name is not <Scenario>_<Task>.json`);
    return [];
  });
  named.sort(comparePublished);
  if (named.length === 0) {
    throw new DatasetError('no results file', {
      hint: 'Give the folder that the published scripts wrote: its files are called <Scenario>_<Task>.json.',
    });
  }

  const knownByKey = new Map(known.map((each) => [each.key, each]));
  const cases: BenchCase[] = [];
  const answers: AnswerEntry[] = [];
  const verdicts: VerdictEntry[] = [];
  const seen = new Set<string>();
  for (const of of named) {
    const { ids, note } = itemIds(of, named, known);
    if (note !== undefined) notes.push(note);
    of.items.forEach((item, at) => {
      const benchCase = caseOf(item, of, ids[at], knownByKey);
      if (seen.has(benchCase.key)) {
        throw new DatasetError(`answers case ${JSON.stringify(ids[at])} a second time`, {
          file: of.file,
          field: `[${at}].video`,
        });
      }
      seen.add(benchCase.key);
      cases.push(benchCase);
      answers.push(answerOf(item, benchCase, target));
      verdicts.push(...verdictsOf(item, benchCase.key));
    });
    notes.push(...describeFaults(of));
  }
  const judges = [...new Set(verdicts.map(({ judge }) => judge))];
  return { cases, answers, verdicts, judges, notes };
}

function caseOf(
  { question, medium }: PublishedItem,
  { scenario, task, modality }: NamedItems,
  id: string,
  known: ReadonlyMap<string, BenchCase>,
): BenchCase {
  const place = { role: 'attack', scenario, task, id } as const;
  const key = caseKey(place);
  const same = known.get(key);
  if (same?.question === question) return same;
  if (modality === undefined || medium === undefined) return { key, ...place, question };
  const { folder, extension } = mediaLayout[modality];
  const path = [folder, scenario, task, `${id}${extension}`].join('/');
  return { key, ...place, question, medium: { modality, path, sha256: same?.medium?.sha256 ?? '' } };
}

function answerOf(
  { question, medium, response }: PublishedItem,
  { key }: BenchCase,
  target: string,
): AnswerEntry {
  const inputHash = sha256(canonicalJson({ published: true, target, question, medium: medium ?? null }));
  const entry = { key, target, inputHash, latencyMs: 0 };
  return 'text' in response
    ? { ...entry, answer: response.text }
    : { ...entry, answer: '', error: response.fault };
}

function verdictsOf({ response, judged }: PublishedItem, key: string): VerdictEntry[] {
  if (!('text' in response)) return [];
  return judged.map(({ judge, said }) => {
    const verdict = verdictOfReply(said);
    return {
      key,
      judge: `published:${judge}`,
      promptHash: sha256(canonicalJson({ published: judge, answerShownAsList: response.wasList })),
      answerHash: sha256(response.text),
      ...(verdict === undefined
        ? { error: `the judge gave no verdict: ${JSON.stringify(said)}` }
        : { verdict }),
      ...(said !== null && { raw: said }),
    };
  });
}

function describeFaults({ file, items }: NamedItems): string[] {
  const times = (test: (item: PublishedItem) => boolean): number => items.filter(test).length;
  const lists = times(({ response, judged }) => 'text' in response && response.wasList && judged.length > 0);
  const failed = times(({ judged }) => judged.some(({ said }) => verdictOfReply(said) === undefined));
  const unanswered = times(({ response }) => 'fault' in response);
  const unjudged = times(({ judged }) => judged.length === 0);
  return [
    lists > 0 && `${file}: ${lists} answers were shown to the judge as a list, with brackets and quotes`,
    failed > 0 && `${file}: ${failed} replies of the judge are no verdict; counted as judge errors`,
    unanswered > 0 && `${file}: ${unanswered} items without an answer; counted as answer errors`,
    unjudged > 0 && `${file}: ${unjudged} of ${items.length} answers were not judged`,
  ].filter((note) => note !== false);
}
