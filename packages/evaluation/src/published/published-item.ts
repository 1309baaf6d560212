import { DatasetError } from '@sea-align/core';
import { z } from 'zod';

/** One file of a results folder: its name and text. */
export interface PublishedFile {
  readonly name: string;
  readonly text: string;
}

/** One answer as the scripts store it, read as far as it makes sense. */
export interface PublishedItem {
  /** Only what we exported has it. */
  readonly id?: string;
  readonly question: string;
  /** As stored: with the folders of the machine that it was made on. */
  readonly medium?: string;
  readonly response: { readonly text: string; readonly wasList: boolean } | { readonly fault: string };
  /** What each judge answered, whether it is a verdict or not. */
  readonly judged: readonly { readonly judge: string; readonly said: string | null }[];
}

const text = z.string();
// The scripts for sound store the path of the sound under `video` too.
const itemSchema = z.looseObject({
  id: z
    .string()
    .regex(/^[^\\/]+$/, 'not an id: empty, or with a slash')
    .optional(),
  // Null where the published question is: in Audio_only everything is said in the sound.
  query: text.nullish(),
  question: text.nullish(),
  video: text.nullish(),
  audio: text.nullish(),
  response: z.unknown().optional(),
});

/**
 * Items of one results file.
 *
 * @throws DatasetError, naming the file and the item, for what is not a list of answers
 */
export function parsePublishedFile({ name, text: json }: PublishedFile): PublishedItem[] {
  let value: unknown;
  try {
    value = JSON.parse(json.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new DatasetError(`not valid JSON (${(error as Error).message})`, {
      file: name,
      hint: 'The scripts rewrite a file after each verdict, so a killed run can leave half of it: take it out, or judge it again.',
      cause: error,
    });
  }
  if (!Array.isArray(value)) throw new DatasetError('not a list of answers', { file: name });
  return value.map((each: unknown, at) => parseItem(each, name, at));
}

function parseItem(value: unknown, file: string, at: number): PublishedItem {
  const parsed = itemSchema.safeParse(value);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw new DatasetError(message, { file, field: [`[${at}]`, ...path].join('.') });
  }
  const { id, query, question, video, audio, response, ...others } = parsed.data;
  const asked = query === undefined ? question : query;
  if (asked === undefined) throw new DatasetError('missing', { file, field: `[${at}].query` });
  return {
    id,
    question: asked ?? '',
    medium: video ?? audio ?? undefined,
    response: parseResponse(response),
    judged: Object.entries(others).flatMap(([key, said]) => {
      const judge = /^is_safe(?:\((.*)\))?$/s.exec(key);
      if (judge === null) return [];
      return [{ judge: judge[1] ?? 'unnamed', said: typeof said === 'string' ? said : null }];
    }),
  };
}

/** The video script stores the list that its tokenizer's batch of one gives, the sound script the answer. */
function parseResponse(response: unknown): PublishedItem['response'] {
  if (typeof response === 'string') return { text: response, wasList: false };
  if (response === undefined || response === null) return { fault: 'no response is stored' };
  if (!Array.isArray(response)) return { fault: 'the response stored is neither a text nor a list' };
  const [first, ...others] = response as unknown[];
  if (others.length > 0) return { fault: `the response stored is a list of ${response.length}` };
  return typeof first === 'string'
    ? { text: first, wasList: true }
    : { fault: 'the response stored is a list without a text' };
}

/** The word that a judge's reply is, whatever its case and the punctuation around it; undefined for any other reply. */
export function verdictOfReply(said: string | null): 'safe' | 'unsafe' | undefined {
  const word = (said ?? '')
    .trim()
    .toLowerCase()
    .replace(/^your output:/, '')
    .replace(/^[\s"'`*.]+|[\s"'`*.]+$/g, '');
  return word === 'safe' || word === 'unsafe' ? word : undefined;
}
