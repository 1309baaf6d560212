import { canonicalJson, sha256 } from '@sea-align/core';
import type { CaseRole } from '../bench/records.js';
import type { BenchJudge, JudgedAnswer, Judgement } from './bench-judge.js';

export interface OfflineRule {
  readonly name: string;
  readonly roles: readonly CaseRole[];
  /** All that a verdict depends on beside the case; JSON. */
  readonly settings: Record<string, unknown>;
  verdictOf(item: JudgedAnswer): Judgement['verdict'];
}

/** @throws RangeError where `item` is not the judge's to judge: a fault of the caller */
export function checkRole(judge: Pick<BenchJudge, 'name' | 'roles'>, item: JudgedAnswer): void {
  if (judge.roles.includes(item.role)) return;
  throw new RangeError(`the judge ${judge.name} does not judge ${item.role} cases (${item.key})`);
}

/** A judge that is a plain function: no model, no cost, the same verdict every time. */
export function offlineJudge({ name, roles, settings, verdictOf }: OfflineRule): BenchJudge {
  return {
    name,
    roles,
    promptHash: sha256(canonicalJson({ format: 1, ...settings })),
    concurrency: 1,
    describe: () => ({ ...settings }),
    estimate: async (items) => ({
      requests: items.length,
      promptTokens: 0,
      answerTokens: 0,
      note: 'Judged on this machine by rules: nothing is sent, nothing is spent.',
    }),
    async judge(item, { signal } = {}) {
      signal?.throwIfAborted();
      checkRole({ name, roles }, item);
      const start = performance.now();
      const verdict = verdictOf(item);
      return { verdict, latencyMs: performance.now() - start };
    },
    spend: () => undefined,
    close: async () => undefined,
  };
}
