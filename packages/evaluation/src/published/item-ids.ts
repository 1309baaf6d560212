import type { BenchCase } from '../bench/records.js';
import type { PublishedItem } from './published-item.js';
import type { PublishedName } from './published-layout.js';

export interface NamedItems extends PublishedName {
  readonly file: string;
  readonly items: readonly PublishedItem[];
}

/** Ids of a file's items, and why some are not known. */
export interface ItemIds {
  readonly ids: readonly string[];
  readonly note?: string;
}

/**
 * The scripts store no ids (our export does). Where an item has a medium, its file name is the id; of Text_only, ids are
 * those of the same questions in `cases`, else of the same places in the scenario's other files, if those are all of one
 * mind: the scripts go through the ids in one order. Failing that, `item-<place>`, which pairs with no case.
 */
export function itemIds(of: NamedItems, all: readonly NamedItems[], cases: readonly BenchCase[]): ItemIds {
  const stored = storedIds(of);
  if (stored !== undefined) return { ids: stored };
  const fromCases = idsOfQuestions(of, cases);
  if (fromCases !== undefined) return { ids: fromCases };
  const siblings = all
    .filter((other) => other.scenario === of.scenario && other !== of)
    .flatMap((other) => {
      const ids = storedIds(other);
      return ids === undefined ? [] : [ids];
    });
  const [first] = siblings;
  const same = (ids: readonly string[]): boolean =>
    ids.length === of.items.length && ids.every((id, at) => id === first[at]);
  if (first !== undefined && siblings.every(same)) return { ids: first };
  return {
    ids: of.items.map((_, at) => `item-${at + 1}`),
    note: `${of.file}: its items have no ids, and no other file tells them; they pair with no other run`,
  };
}

function storedIds({ items }: NamedItems): string[] | undefined {
  const ids = items.map(({ id, medium }) => id ?? (medium === undefined ? undefined : stem(medium)));
  return items.length > 0 && ids.every((id) => id !== undefined && id !== '') ? (ids as string[]) : undefined;
}

/** Equal questions are taken in order. */
function idsOfQuestions(
  { scenario, task, items }: NamedItems,
  cases: readonly BenchCase[],
): string[] | undefined {
  const open = cases.filter(
    (each) => each.role === 'attack' && each.scenario === scenario && each.task === task,
  );
  const ids: string[] = [];
  for (const { question } of items) {
    const at = open.findIndex((each) => each.question === question);
    if (at === -1) return undefined;
    ids.push(...open.splice(at, 1).map(({ id }) => id));
  }
  return ids;
}

/** File name without ending, of a path of whichever system. */
function stem(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}
