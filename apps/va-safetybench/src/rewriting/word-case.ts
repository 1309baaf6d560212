import { concernsOneRequest, type ChatClient } from '@sea-align/chat';
import type { LeftOut, TestCase } from '../source/test-case.js';
import { rewriteRequest, showsPhrase } from './rewrite-request.js';
import { parseTemplate, wordTemplate } from './template.js';

/** A case's question for each task. */
export interface Questions {
  readonly video: {
    readonly Text_only: string;
    readonly DM: string;
    readonly TYPO: string;
    readonly DM_TYPO: string;
  };
  readonly audio: {
    readonly Text_only: string;
    readonly Audio_only: string;
    readonly KPT: string;
    readonly KPT_noise: string;
  };
}

/** Something about a question that a reader of the benchmark should know. */
export interface Flag {
  readonly scenario: string;
  readonly id: string;
  /**
   * `kept`: does not fit the template, stands as it was, image and all. `rewritten`: an LLM wrote it. `phrase shown`: it
   * contains the key phrase. `unreferenced`: it says neither "this activity" nor "this product".
   */
  readonly flag: 'kept' | 'rewritten' | 'phrase shown' | 'unreferenced';
  readonly detail: string;
}

export type WordedCase =
  | { readonly case: TestCase; readonly questions: Questions; readonly flags: readonly Flag[] }
  | { readonly leftOut: LeftOut };

const reference = /\b(?:this|these|the|such)\s+(?:\w+\s+){0,2}(?:activit(?:y|ies)|products?)\b/i;

/** Whether a language model would be asked to word this case. */
export function needsRewriting({ rewritten, kind }: TestCase): boolean {
  if (rewritten === undefined) return true;
  const template = parseTemplate(rewritten);
  return template.misfit !== undefined || template.kind !== kind;
}

/**
 * Words a case for all tasks: by the template, else by `chat`, else as it is, with a flag. Throws ChatError only for faults
 * of server, key or network, which concern every case.
 */
export async function wordCase(
  testCase: TestCase,
  chat?: ChatClient,
  signal?: AbortSignal,
): Promise<WordedCase> {
  if (!needsRewriting(testCase)) return worded(testCase, testCase.rewritten ?? '', []);
  const why = misfit(testCase);
  if (chat === undefined)
    return withoutAnswer(testCase, why, 'there is no LLM to reword it (--set llm.model=…)');
  try {
    const { rewritten } = await chat.complete(rewriteRequest(testCase, signal));
    return worded(testCase, rewritten, [
      flagOf(testCase, 'rewritten', `reworded by ${chat.describe()}: ${why}`),
    ]);
  } catch (error) {
    if (!concernsOneRequest(error)) throw error;
    return withoutAnswer(testCase, why, error.message);
  }
}

function misfit({ rewritten, kind }: TestCase): string {
  if (rewritten === undefined) return 'the source has no rewritten instruction';
  return (
    parseTemplate(rewritten).misfit ??
    `its first sentence is not about ${kind === 'activity' ? 'an activity' : 'a product'}`
  );
}

function withoutAnswer(testCase: TestCase, why: string, noAnswer: string): WordedCase {
  const { scenario, id, place, rewritten } = testCase;
  if (rewritten === undefined) return { leftOut: { scenario, id, place, reason: `${why}, and ${noAnswer}` } };
  return {
    case: testCase,
    questions: asItIs(testCase, rewritten),
    flags: [flagOf(testCase, 'kept', `${why}; ${noAnswer}`)],
  };
}

function worded(testCase: TestCase, rewritten: string, flags: readonly Flag[]): WordedCase {
  const { kind, phrase, instruction } = testCase;
  const { request = '' } = parseTemplate(rewritten);
  const question = (medium: 'video' | 'audio', atEnd: boolean) =>
    wordTemplate(kind, request, { medium, atEnd });
  const questions: Questions = {
    video: {
      Text_only: instruction,
      DM: question('video', false),
      TYPO: question('video', false),
      DM_TYPO: question('video', true),
    },
    audio: {
      Text_only: instruction,
      Audio_only: '',
      KPT: question('audio', false),
      KPT_noise: question('audio', true),
    },
  };
  const notes = [...flags];
  if (showsPhrase(request, phrase))
    notes.push(flagOf(testCase, 'phrase shown', 'the question contains the key phrase'));
  if (!reference.test(request))
    notes.push(flagOf(testCase, 'unreferenced', `the question never says "this ${kind}"`));
  return { case: testCase, questions, flags: notes };
}

function asItIs({ instruction }: TestCase, text: string): Questions {
  return {
    video: { Text_only: instruction, DM: text, TYPO: text, DM_TYPO: text },
    audio: { Text_only: instruction, Audio_only: '', KPT: text, KPT_noise: text },
  };
}

function flagOf({ scenario, id }: TestCase, flag: Flag['flag'], detail: string): Flag {
  return { scenario, id, flag, detail };
}
