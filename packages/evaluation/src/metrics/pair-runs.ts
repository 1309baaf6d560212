import type { BenchCase, CaseRole } from '../bench/records.js';
import type { Finding, Outcome } from './outcomes.js';
import type { Pair } from './paired-difference.js';

/** Cases of one role that are in no pair, by the first reason that holds. */
export interface Unpaired {
  /** Only one of the runs has the case. */
  readonly onlyBefore: number;
  readonly onlyAfter: number;
  /** The question or the medium differs: not the same case, whatever its key says. */
  readonly changed: number;
  /** One of the runs has no verdict of it. */
  readonly unjudged: number;
}

export interface Pairing {
  readonly pairs: readonly Pair[];
  readonly unpaired: Unpaired;
  /** Cases that both runs have with a medium whose hash one of them does not know: taken for the same. */
  readonly unknownMedia: number;
  /** Keys of the changed cases. */
  readonly changedKeys: readonly string[];
}

/**
 * Pairs the cases of a role by key.
 *
 * @param findingsOf of the earlier and the later run
 * @param counted the finding that a rate counts; others that are verdicts are the rest
 */
export function pairRuns<Word extends string>(
  before: readonly Outcome[],
  after: readonly Outcome[],
  role: CaseRole,
  findingsOf: readonly [(outcome: Outcome) => Finding<Word>, (outcome: Outcome) => Finding<Word>],
  counted: Word,
): Pairing {
  const later = new Map(of(after, role).map((outcome) => [outcome.case.key, outcome]));
  const pairs: Pair[] = [];
  const changedKeys: string[] = [];
  let [onlyBefore, unjudged, unknownMedia] = [0, 0, 0];
  for (const first of of(before, role)) {
    const second = later.get(first.case.key);
    later.delete(first.case.key);
    if (second === undefined) {
      onlyBefore++;
      continue;
    }
    if (differ(first.case, second.case)) {
      changedKeys.push(first.case.key);
      continue;
    }
    const [earlierFinding, laterFinding] = [findingsOf[0](first), findingsOf[1](second)];
    if (!isVerdict(earlierFinding) || !isVerdict(laterFinding)) {
      unjudged++;
      continue;
    }
    if (hashUnknown(first.case) || hashUnknown(second.case)) unknownMedia++;
    const { scenario, task } = first.case;
    pairs.push({ scenario, task, before: earlierFinding === counted, after: laterFinding === counted });
  }
  const unpaired = { onlyBefore, onlyAfter: later.size, changed: changedKeys.length, unjudged };
  return { pairs, unpaired, unknownMedia, changedKeys };
}

const of = (outcomes: readonly Outcome[], role: CaseRole): Outcome[] =>
  outcomes.filter((outcome) => outcome.case.role === role);

const missing: readonly string[] = ['unasked', 'answerError', 'judgeError', 'unjudged'];
const isVerdict = (finding: string): boolean => !missing.includes(finding);

const hashUnknown = ({ medium }: BenchCase): boolean => medium !== undefined && medium.sha256 === '';

function differ(a: BenchCase, b: BenchCase): boolean {
  if (a.question !== b.question || a.medium?.modality !== b.medium?.modality) return true;
  return !hashUnknown(a) && !hashUnknown(b) && a.medium?.sha256 !== b.medium?.sha256;
}
