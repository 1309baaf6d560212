import { basename } from 'node:path';
import { z } from 'zod';
import { parseTemplate } from '../rewriting/template.js';
import { readJsonMembers } from './json-members.js';
import type { KeyPhrases } from './key-phrases.js';
import { faultsOf } from './read-mm-safetybench.js';
import { requiredText, type SourceEntry } from './test-case.js';

const caseSchemas = {
  TYPO: z.object({ Text_only: requiredText, TYPO: requiredText }),
  KPT: z.object({ Text_only: requiredText, KPT: requiredText }),
} as const;

/**
 * Reads one published question file (`TYPO` of `Video_questions`, or `KPT` of `Audio_questions`) with its key phrases. The
 * kind of a phrase is what the question says; the published files have no field for it.
 */
export async function* readVaSafetyBench(
  path: string,
  scenario: string,
  task: keyof typeof caseSchemas,
  phrases: KeyPhrases,
): AsyncGenerator<SourceEntry> {
  for await (const { key: id, value, line } of readJsonMembers(path)) {
    const place = `${basename(path)}:${line}`;
    const leftOut = (reason: string): SourceEntry => ({ leftOut: { scenario, id, place, reason } });
    const result = caseSchemas[task].safeParse(value);
    if (!result.success) {
      yield leftOut(faultsOf(result.error));
      continue;
    }
    const fields = result.data as { Text_only: string; TYPO?: string; KPT?: string };
    const rewritten = fields.TYPO ?? fields.KPT ?? '';
    const phrase = phrases.get(scenario)?.get(id);
    if (phrase === undefined) {
      yield leftOut('its key phrase is not in the file of key phrases');
      continue;
    }
    const { kind } = parseTemplate(rewritten);
    if (kind === undefined) {
      yield leftOut(`${task} does not say whether its phrase is an activity or a product`);
      continue;
    }
    yield { case: { scenario, id, instruction: fields.Text_only, phrase, kind, rewritten, place } };
  }
}
