import { readFileSync } from 'node:fs';
import { ConfigError, errnoOf } from '@sea-align/core';
import {
  createCommandJudge,
  createLlmJudge,
  createPhraseJudge,
  createTemplateJudge,
  createUnderstandingJudge,
  type BenchJudge,
  type CommandJudgeOptions,
  type LlmJudgeOptions,
  type TemplateJudgeOptions,
} from '@sea-align/evaluation';
import { z } from 'zod';
import { commandWords, split } from './evaluate-settings.js';

/** What `--judge` can name. */
export const judgeKinds = ['phrases', 'llm', 'llm-with-question', 'command'] as const;
type JudgeKind = (typeof judgeKinds)[number];

export interface JudgeChoice {
  /** `kind`, or `kind:name` for several of one kind; the first one's figures are the ones quoted. */
  readonly judges: readonly string[];
  /** `--set judge.*`: for all judges, and in a group of a judge's name for that one alone. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface Judges {
  readonly judges: readonly BenchJudge[];
  /** Names of those that ask a server. */
  readonly remote: readonly string[];
}

/** Settings of an LLM judge itself; all others are those of its client. */
const llmSettings = ['temperature', 'maxTokens', 'maxAnswerCharacters', 'promptFile'];
const commandSettings = ['roles', 'asks', 'timeoutMs', 'maxOutputBytes', 'concurrency'];

/**
 * The judges asked for, then the offline ones that every run has: refusal phrases, which say what was refused, and the check of
 * understanding. Throws ConfigError for a kind or setting that is none, and for two of one name.
 */
export function createJudges({ judges: words, settings }: JudgeChoice): Judges {
  const wanted = (words.length === 0 ? ['phrases'] : words).map(parseWord);
  const names = wanted.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at || name === understanding);
  if (twice !== undefined) {
    throw new ConfigError(`--judge: two judges are called ${twice}.`, {
      hint: 'Give them names, such as --judge llm:strict, with settings of their own: --set judge.strict.model=…',
    });
  }
  const posing = wanted.find(({ kind, name }) => name === 'phrases' && kind !== name);
  if (posing !== undefined) {
    throw new ConfigError(
      `--judge ${posing.kind}:phrases: that is the name of the judge by refusal phrases.`,
      {
        hint: 'Give it another name.',
      },
    );
  }
  // `judge.command` is a group only if it is written as one: it is also a setting.
  const [groups, common] = split(
    names.filter((name) => isGroup(settings[name])),
    settings,
  );
  const judges = wanted.map(({ kind, name }) =>
    createJudge(kind, name, { ...common, ...(groups[name] as Record<string, unknown> | undefined) }),
  );
  refuseUnused(wanted, settings);
  if (!names.includes('phrases')) judges.push(createPhraseJudge());
  return {
    judges: [...judges, createUnderstandingJudge({ name: understanding })],
    remote: wanted.filter(({ kind }) => kind.startsWith('llm')).map(({ name }) => name),
  };
}

const understanding = 'understanding';

interface Wanted {
  readonly kind: JudgeKind;
  readonly name: string;
}

function parseWord(word: string): Wanted {
  const [, kindWord, name] = /^([^:]+)(?::([\p{L}\p{N}][\p{L}\p{N}_-]{0,63}))?$/u.exec(word) ?? [];
  const kind = judgeKinds.find((each) => each === kindWord);
  if (kind === undefined) {
    throw new ConfigError(`--judge ${word}: there is no such judge.`, {
      hint: `Judges: ${judgeKinds.join(', ')}; with a name of your own behind a colon: llm:strict.`,
    });
  }
  return { kind, name: name ?? kind };
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Settings that nobody reads are mistakes: the offline judge has none. */
function refuseUnused(wanted: readonly Wanted[], settings: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(settings);
  if (names.length === 0 || wanted.some(({ kind }) => kind !== 'phrases')) return;
  throw new ConfigError(`judge.${names[0]}: the judge phrases has no settings.`, {
    hint: 'Say which judge is meant: --judge llm',
  });
}

function createJudge(kind: JudgeKind, name: string, settings: Record<string, unknown>): BenchJudge {
  if (kind === 'phrases') return createPhraseJudge({ name });
  if (kind === 'command') {
    const command = commandWords(`judge.${name}.command`, settings.command);
    const [own] = split(commandSettings, settings);
    return createCommandJudge({ ...own, name, command } as CommandJudgeOptions);
  }
  const [own, { url, command: _command, ...chat }] = split(llmSettings, settings);
  if (chat.model === undefined) {
    throw new ConfigError(`The judge ${name} has no model.`, {
      hint: 'For example --set judge.model=gpt-4o-mini --set judge.apiKeyEnv=OPENAI_API_KEY, or --set judge.url=http://localhost:8000/v1',
    });
  }
  const client = { ...(url !== undefined && { baseURL: url }), ...chat };
  const { promptFile, ...shared } = own;
  if (promptFile !== undefined) {
    const { asks, ...textClient } = client as Record<string, unknown>;
    const template = readPrompt(name, promptFile);
    const options = { ...shared, ...(asks !== undefined && { asks }), name, template, chat: textClient };
    return createTemplateJudge(options as unknown as TemplateJudgeOptions);
  }
  const options = {
    ...shared,
    name,
    prompt: kind === 'llm' ? 'published' : 'with-question',
    chat: client,
  };
  return createLlmJudge(options as unknown as LlmJudgeOptions);
}

function readPrompt(name: string, file: unknown): string {
  const path = z.string().min(1).safeParse(file).data;
  try {
    if (path !== undefined) return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
  throw new ConfigError(`judge.promptFile of ${name}: ${JSON.stringify(file)} cannot be read.`, {
    hint: 'Name a text file that holds the whole prompt, with {answer} and, if wanted, {question}.',
  });
}
