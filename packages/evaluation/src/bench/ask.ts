import { join } from 'node:path';
import { canonicalJson, ensureInside, sha256 } from '@sea-align/core';
import type { JudgedAnswer } from '../judges/bench-judge.js';
import type { Target, TargetReply, TargetRequest } from '../targets/target.js';
import type { AnswerEntry, BenchCase, Decoding } from './records.js';

/** What every question of a run is asked with. */
export interface AskSettings {
  /** The benchmark's folder. */
  readonly benchFolder: string;
  readonly decoding: Decoding;
  /** Replaces the target's own system prompt; empty: none. */
  readonly system?: string;
  /** What the answers depend on besides: the model and its settings. */
  readonly identity: unknown;
}

/** The request for a case. Throws RunFolderError where its medium would lie outside of the benchmark. */
export function requestOf(item: BenchCase, { benchFolder, decoding, system }: AskSettings): TargetRequest {
  const { key, question, medium } = item;
  return {
    key,
    question,
    ...(system !== undefined && { system }),
    ...(medium !== undefined && {
      medium: {
        modality: medium.modality,
        path: ensureInside(benchFolder, join(...medium.path.split('/'))),
        id: medium.sha256,
      },
    }),
    decoding,
  };
}

/** SHA-256 of all that an answer depends on. */
export function inputHashOf(item: BenchCase, { decoding, system, identity }: AskSettings): string {
  const { question, medium } = item;
  return sha256(
    canonicalJson({ target: identity, system, question, medium: medium?.sha256 ?? null, decoding }),
  );
}

/** A line of the log of answers. */
export function answerEntryOf(
  item: BenchCase,
  reply: TargetReply,
  target: Pick<Target, 'name' | 'systemPrompt'>,
  settings: AskSettings,
): AnswerEntry {
  const system = settings.system ?? target.systemPrompt;
  const common = {
    key: item.key,
    target: target.name,
    inputHash: inputHashOf(item, settings),
    inputHashes: {
      question: sha256(item.question),
      ...(item.medium && { medium: item.medium.sha256 }),
      ...(system !== undefined && { system: sha256(system) }),
    },
    decoding: settings.decoding,
    latencyMs: Math.max(0, reply.latencyMs),
  };
  if (reply.error !== undefined) return { ...common, answer: '', error: reply.error };
  const { answer, finish, tokens } = reply;
  return { ...common, answer, ...(finish && { finish }), ...(tokens && { tokens }) };
}

/** An answer as judges get it. */
export function judgedAnswerOf({ key, role, question, expected }: BenchCase, answer: string): JudgedAnswer {
  return { key, role, question, answer, ...(expected && { expected }) };
}
