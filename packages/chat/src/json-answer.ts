/** The JSON value of an answer, or why there is none, in words for the model. */
export type ParsedAnswer = { json: unknown; fault?: undefined } | { fault: string };

/**
 * Finds the JSON in an answer of a server that takes no schema: alone, in a markdown fence, after a `<think>` part, or
 * with words around it.
 */
export function parseJsonAnswer(text: string): ParsedAnswer {
  const answer = text.replace(/^\s*<think>[\s\S]*?<\/think>/, '').trim();
  const fenced = /```[a-zA-Z]*\s*\n([\s\S]*?)\n?\s*```/.exec(answer)?.[1];
  const candidates = [answer, fenced, outermost(answer, '{', '}'), outermost(answer, '[', ']')];
  for (const candidate of candidates) {
    if (candidate === undefined) continue;
    try {
      return { json: JSON.parse(candidate) as unknown };
    } catch {
      continue;
    }
  }
  return { fault: answer === '' ? 'It is empty.' : 'It is not valid JSON.' };
}

function outermost(text: string, open: string, close: string): string | undefined {
  const from = text.indexOf(open);
  const to = text.lastIndexOf(close);
  return from === -1 || to < from ? undefined : text.slice(from, to + 1);
}

/** Whether an answer without JSON reads like a refusal in words. */
export function readsLikeRefusal(text: string): boolean {
  const start = text
    .replace(/^\s*<think>[\s\S]*?<\/think>/, '')
    .trim()
    .replaceAll('’', "'");
  return /^(?:(?:i'?m|i am) (?:very |really |so )?(?:sorry|unable|not able)|sorry\b|i (?:can'?t|cannot|can not|won'?t|will not)\b|i must decline|as an ai\b)/i.test(
    start,
  );
}
